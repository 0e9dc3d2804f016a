// Single-instruction stubs and the entry that runs one with known registers (forms.S, forms.inc).
#ifndef FORMS_H
#define FORMS_H
#include <stdint.h>

struct state {
  uint64_t x[8];
  unsigned __int128 v[8];
  uint64_t nzcv, fpcr, fpsr, unused;
};
struct form {
  void (*stub)(void);
  const char *text;
};
void run_form(void (*stub)(void), struct state *s);
#define FORM_GROUP(name) extern const struct form __start_forms_##name[], __stop_forms_##name[];
#endif
