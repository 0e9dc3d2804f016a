# packages: default-jdk-headless
# Starting, jshell, jar, the source launcher, class loading from a jar, a shared archive of classes.
PATH=$PATH:/usr/lib/jvm/default-java/bin
cd /tmp
echo 'public class H { public static void main(String[] a) { System.out.println("hello " + String.join(",", a)); } }' >H.java
java H.java one two
printf 'int f(int n) { return n < 2 ? 1 : n * f(n - 1); }\nSystem.out.println(f(10))\n/exit\n' | jshell -s -
javac H.java && jar --create --file h.jar --main-class H H.class && java -jar h.jar three && jar tf h.jar | grep H.class
java -XX:ArchiveClassesAtExit=h.jsa -jar h.jar four 2>/dev/null
java -XX:SharedArchiveFile=h.jsa -Xshare:auto -jar h.jar five
javap -c H | grep -c invoke
java -Xlog:gc*:file=gc.log -jar h.jar six && grep -c Using gc.log
java NoSuchClass 2>&1 | head -1
