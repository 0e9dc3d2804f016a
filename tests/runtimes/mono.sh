# packages: mono-mcs mono-runtime
# The C# compiler (itself a Mono program) and Mono's JIT: threads, exceptions, garbage, generics, floats.
cd /tmp && cat >m.cs <<'C'
using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
class M {
  static int Fib(int n) { return n < 2 ? n : Fib(n - 1) + Fib(n - 2); }
  class T {
    public T l, r;
    public int C() { return l == null ? 1 : 1 + l.C() + r.C(); }
  }
  static T Mk(int d) { return d == 0 ? new T() : new T { l = Mk(d - 1), r = Mk(d - 1) }; }
  static void Main() {
    Console.WriteLine("fib " + Fib(30));
    int n = 0;
    for (int i = 0; i < 15; i++) n += Mk(14).C();
    Console.WriteLine("trees " + n);
    long k = 0;
    object lk = new object();
    var ts = Enumerable.Range(0, 6)
                 .Select(
                     _ => new Thread(() => {
                       for (int i = 0; i < 20000; i++) lock (lk) k++;
                     }))
                 .ToList();
    ts.ForEach(t => t.Start());
    ts.ForEach(t => t.Join());
    Console.WriteLine("threads " + k);
    int e = 0;
    int[] a = new int[3];
    string s = null;
    for (int i = 0; i < 3000; i++) try {
        if (i % 3 == 0) a[i % 3 + 3]++;
        else if (i % 3 == 1) e += s.Length;
        else e += 1 / (i % 1);
      } catch (IndexOutOfRangeException) { e++; } catch (NullReferenceException) {
        e += 2;
      } catch (DivideByZeroException) { e += 3; }
    Console.WriteLine("exceptions " + e);
    double d = 0;
    for (int i = 1; i < 2000000; i++) d += Math.Sin(i) / Math.Sqrt(i);
    Console.WriteLine("double " + d.ToString("F10") + " " + (float)d + " " + (0.1 + 0.2).ToString("R"));
    var m = new Dictionary<string, int>();
    for (int i = 0; i < 100000; i++) {
      int v;
      m.TryGetValue("k" + i % 1013, out v);
      m["k" + i % 1013] = v + i % 11;
    }
    Console.WriteLine("map " + m.Values.Sum() + " " + m.OrderBy(p => p.Key, StringComparer.Ordinal).First());
    Console.WriteLine("parallel " + Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(async () => {
                                          await Task.Delay(1);
                                          return i * i;
                                        })))
                                        .Result.Sum());
    var sb = new StringBuilder();
    for (int i = 0; i < 50000; i++) sb.Append(i % 10);
    Console.WriteLine("text " + sb.ToString().Replace("12", "x").Length);
    try {
      checked {
        int z = int.MaxValue;
        z += n;
      }
    } catch (OverflowException) { Console.WriteLine("overflow"); }
    decimal q = 1m / 3m;
    Console.WriteLine(q + " " + ulong.MaxValue / 7 + " " + unchecked((int)3000000000u));
  }
}
C
mono /usr/lib/mono/4.5/mcs.exe m.cs && for i in 1 2 3; do mono m.exe | md5sum; done; mono m.exe; MONO_GC_PARAMS=nursery-size=512k mono m.exe | md5sum
