import java.util.stream.IntStream;

public class Count {
  static boolean isPrime(int n) {
    return n > 1 && IntStream.rangeClosed(2, (int) Math.sqrt(n)).noneMatch(d -> n % d == 0);
  }

  public static void main(String[] arguments) {
    long primes = IntStream.range(0, 20000).parallel().filter(Count::isPrime).count();
    System.out.println("primes below 20000: " + primes);
  }
}
