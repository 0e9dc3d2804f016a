# packages: default-jdk-headless
# javac, then HotSpot's tiers and collectors on one program: objects, strings, vectorised loops, exceptions, lambdas.
PATH=$PATH:/usr/lib/jvm/default-java/bin
cd /tmp && cat >Main.java <<'J'
import java.util.*;
import java.util.stream.*;
import java.math.*;
import java.security.*;
public class Main {
  sealed interface Shape permits Circle, Square {}
  record Circle(double r) implements Shape {}
  record Square(double s) implements Shape {}
  static double area(Shape s) {
    return switch (s) {
      case Circle c -> Math.PI *c.r() * c.r();
      case Square q -> q.s() * q.s();
    };
  }
  static long fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
  static String hex(byte[] b) { return HexFormat.of().formatHex(b, 0, 8); }
  public static void main(String[] a) throws Exception {
    System.out.println("fib " + fib(32));
    int[] x = new int[100000], y = new int[100000];
    for (int i = 0; i < x.length; i++) {
      x[i] = i * 31;
      y[i] = i ^ 0x55;
    }
    long dot = 0;
    for (int r = 0; r < 200; r++)
      for (int i = 0; i < x.length; i++) {
        y[i] += x[i] * r;
        dot += y[i] >>> 3;
      }
    System.out.println("dot " + dot + " " + Arrays.hashCode(y));
    double[] d = new double[50000];
    for (int r = 0; r < 50; r++)
      for (int i = 0; i < d.length; i++) d[i] = d[i] * 0.5 + Math.sin(i + r);
    System.out.println("double " + DoubleStream.of(d).sum());
    float f = 0;
    for (int i = 1; i < 2000000; i++) f += 1.0f / i;
    System.out.println(
        "float " + f + " " + (int) Float.NaN + " " + (long) 1e30 + " " + Math.fma(3.0, f, 1e-9));
    Map<String, Integer> m = new HashMap<>();
    for (int i = 0; i < 300000; i++) m.merge("k" + i % 4001, i, Integer::sum);
    System.out.println("map " + m.values().stream().mapToLong(i -> i).sum() + " " + m.size());
    System.out.println("shapes " +
        IntStream.range(0, 200000)
            .mapToObj(i -> i % 2 == 0 ? new Circle(i) : new Square(i))
            .mapToDouble(Main::area)
            .sum());
    StringBuilder sb = new StringBuilder();
    for (int i = 0; i < 100000; i++) sb.append((char) ('a' + i % 26)).append(i % 13 == 0 ? "é" : "");
    String s = sb.toString();
    System.out.println("text " + s.hashCode() + " " + s.indexOf("zab") + " " +
        s.replaceAll("[aeiou]+(.)", "$1").length() + " " + s.toUpperCase().hashCode());
    for (String alg : new String[] {"MD5", "SHA-1", "SHA-256", "SHA-512", "SHA3-256"}) {
      var md = MessageDigest.getInstance(alg);
      for (int i = 0; i < 30; i++) md.update(s.getBytes("UTF-8"));
      System.out.println(alg + " " + hex(md.digest()));
    }
    var crc = new java.util.zip.CRC32();
    var c32 = new java.util.zip.CRC32C();
    var adl = new java.util.zip.Adler32();
    for (int i = 0; i < 200; i++) {
      crc.update(s.getBytes());
      c32.update(s.getBytes());
      adl.update(s.getBytes());
    }
    System.out.println("crc " + crc.getValue() + " " + c32.getValue() + " " + adl.getValue());
    var key = new javax.crypto.spec.SecretKeySpec(new byte[16], "AES");
    var aes = javax.crypto.Cipher.getInstance("AES/CTR/NoPadding");
    aes.init(1, key, new javax.crypto.spec.IvParameterSpec(new byte[16]));
    byte[] buf = new byte[100000];
    for (int i = 0; i < 21; i++) buf = aes.doFinal(buf);
    System.out.println("aes " + hex(buf));
    var gcm = javax.crypto.Cipher.getInstance("AES/GCM/NoPadding");
    gcm.init(1, key, new javax.crypto.spec.GCMParameterSpec(128, new byte[12]));
    byte[] g = gcm.doFinal(buf);
    System.out.println("gcm " + Arrays.hashCode(g));
    BigInteger p = BigInteger.TWO.pow(1279).subtract(BigInteger.ONE);
    System.out.println(
        "prime " + p.isProbablePrime(20) + " " + BigInteger.valueOf(3).modPow(p.shiftRight(1), p).bitCount());
    int caught = 0;
    int[] small = new int[4];
    Object o = null;
    for (int i = 0; i < 60000; i++) try {
        switch (i % 4) {
          case 0 -> small[i] = 1;
          case 1 -> o.hashCode();
          case 2 -> caught += 1 / (i % 2);
          default -> throw new IllegalStateException();
        }
      } catch (RuntimeException e) { caught++; }
    System.out.println("caught " + caught);
    try {
      deep(0);
    } catch (StackOverflowError e) { System.out.println("overflow"); }
    List<byte[]> keep = new ArrayList<>();
    for (int i = 0; i < 20000; i++) {
      keep.add(new byte[8000]);
      if (keep.size() > 2000) keep.clear();
    }
    System.out.println("garbage " + keep.size());
  }
  static int deep(int n) { return deep(n + 1) + 1; }
}
J
javac -d . Main.java || exit
for o in -XX:+UseG1GC -XX:+UseParallelGC "-XX:+UseSerialGC -XX:TieredStopAtLevel=1" "-XX:+UseZGC -XX:+ZGenerational" "-XX:-TieredCompilation"; do echo "$o"; java -Xmx256m $o Main | md5sum; done
java -Xmx256m Main
