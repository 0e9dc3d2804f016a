# packages: default-jdk-headless
# Threads: monitors, atomics, fork-join, virtual threads, safepoints under load, sockets, child processes.
PATH=$PATH:/usr/lib/jvm/default-java/bin
cd /tmp && cat >T.java <<'J'
import java.util.*;
import java.util.concurrent.*;
import java.util.concurrent.atomic.*;
import java.util.stream.*;
import java.net.*;
import java.io.*;
public class T {
  static int plain;
  static final Object lock = new Object();
  static volatile boolean stop;
  public static void main(String[] a) throws Exception {
    AtomicLong n = new AtomicLong();
    LongAdder adder = new LongAdder();
    var threads = new ArrayList<Thread>();
    for (int t = 0; t < 8; t++) {
      Thread th = new Thread(() -> {
        for (int i = 0; i < 30000; i++) {
          n.incrementAndGet();
          adder.add(2);
          synchronized (lock) { plain++; }
        }
      });
      threads.add(th);
      th.start();
    }
    for (Thread t : threads) t.join();
    System.out.println(n + " " + adder + " " + plain);
    Thread spin = new Thread(() -> {
      long c = 0;
      while (!stop) c++;
    });
    spin.start();
    for (int i = 0; i < 5; i++) System.gc();
    stop = true;
    spin.join();
    System.out.println("safepoints");
    System.out.println(
        IntStream.rangeClosed(1, 2000000).parallel().filter(i -> i % 3 == 0).asLongStream().sum());
    try (var ex = Executors.newVirtualThreadPerTaskExecutor()) {
      var fs = IntStream.range(0, 2000)
                   .mapToObj(i -> ex.submit(() -> {
                     Thread.sleep(1);
                     return i;
                   }))
                   .toList();
      long s = 0;
      for (var f : fs) s += f.get();
      System.out.println("virtual " + s);
    }
    var q = new ArrayBlockingQueue<Integer>(16);
    var p = new Thread(() -> {
      try {
        for (int i = 0; i < 20000; i++) q.put(i);
        q.put(-1);
      } catch (InterruptedException e) {}
    });
    p.start();
    long s = 0;
    for (int v; (v = q.take()) >= 0;) s += v;
    System.out.println("queue " + s);
    var map = new ConcurrentHashMap<Integer, Integer>();
    try (var pool = Executors.newFixedThreadPool(6)) {
      for (int t = 0; t < 6; t++)
        pool.submit(() -> {
          for (int i = 0; i < 20000; i++) map.merge(i % 97, 1, Integer::sum);
        });
    }
    System.out.println("map " + map.values().stream().mapToInt(i -> i).sum());
    try (var ss = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      var t = new Thread(() -> {
        try (var c = ss.accept()) {
          c.getInputStream().transferTo(c.getOutputStream());
        } catch (IOException e) { System.out.println(e); }
      });
      t.start();
      try (var c = new Socket(ss.getInetAddress(), ss.getLocalPort())) {
        c.getOutputStream().write(new byte[50000]);
        c.shutdownOutput();
        System.out.println("echo " + c.getInputStream().readAllBytes().length);
      }
      t.join();
    }
    var pr = new ProcessBuilder("/bin/echo", "child").start();
    System.out.println(new String(pr.getInputStream().readAllBytes()).trim() + " " + pr.waitFor());
    Thread w = new Thread(() -> {
      try {
        Thread.sleep(100000);
      } catch (InterruptedException e) { System.out.println("interrupted"); }
    });
    w.start();
    w.interrupt();
    w.join();
    var churn = new ArrayList<Thread>();
    for (int i = 0; i < 300; i++) {
      var t = new Thread(() -> {
        byte[][] b = new byte[50][];
        for (int j = 0; j < 50; j++) b[j] = new byte[5000];
      });
      t.start();
      churn.add(t);
    }
    for (var t : churn) t.join();
    System.out.println("churn");
    Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("hook")));
  }
}
J
javac -d . T.java || exit
java T; echo "status $?"
java -XX:+UseParallelGC -Xmx64m T | md5sum
java -Xint T | md5sum
