#include <stdio.h>
#include <sys/utsname.h>

int main(void) {
  struct utsname name;
  uname(&name);
  printf("Hello from C on %s\n", name.machine);
}
