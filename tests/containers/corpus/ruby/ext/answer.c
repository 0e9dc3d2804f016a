#include <ruby.h>

static VALUE answer(VALUE self) {
  (void)self;
  return INT2FIX(42);
}

void Init_native_answer(void) {
  rb_define_singleton_method(rb_define_module("Native"), "answer", answer, 0);
}
