cd /tmp; awk 'BEGIN { print "#include <stdio.h>\n#include <math.h>"
for (i = 0; i < 150; i++) printf "static unsigned f%d(unsigned a, double *d) {\n  unsigned r = a * %du + %d;\n  for (unsigned k = 0; k < a %% %d; k++) r ^= r << 5, r += k;\n  *d += sqrt(r %% %d);\n  return r >> %d;\n}\n", i, i * 7919 + 1, i, i % 23 + 3, i + 50, i % 5
print "int main(void) { unsigned s = 1; double d = 0;"
for (i = 0; i < 150; i++) printf "  s += f%d(s, &d);\n", i
print "  printf(\"%u %.9f\\n\", s, d); return s % 100; }" }' > a.c
wc -l a.c; gcc -O2 -o a a.c -lm && ./a; echo "status $?"; gcc -O2 -S -o - a.c | grep -v '\.ident' | sha256sum; gcc -O0 -g -o b a.c -lm && ./b; echo 'int main(void) { return x; }' | gcc -xc - ; echo "status $?"
