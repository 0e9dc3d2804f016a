// The forms of each integer data-processing instruction, in the manual's order. T is applied to each:
// %0 is the destination (its old value is an input), %1 the flags, %2 and %3 the sources.
#ifndef INTEGER_H
#define INTEGER_H
#ifdef __aarch64__
#include <sys/auxv.h>
#define t_hwcap(bit) (getauxval(AT_HWCAP) & (bit))
#ifndef HWCAP_CRC32
#define HWCAP_CRC32 (1 << 7)
#endif
#ifndef HWCAP_FLAGM
#define HWCAP_FLAGM (1 << 27)
#endif
#endif

#define FORMS_ADD_SUB(T) \
  T("add %0, %2, %3") \
  T("add %w0, %w2, %w3") \
  T("add %0, %2, %3, lsl #7") \
  T("add %0, %2, %3, lsr #33") \
  T("add %0, %2, %3, asr #63") \
  T("add %w0, %w2, %w3, lsl #31") \
  T("add %w0, %w2, %w3, lsr #5") \
  T("add %w0, %w2, %w3, asr #17") \
  T("add %0, %2, #1") \
  T("add %0, %2, #0xfff") \
  T("add %0, %2, #0x123, lsl #12") \
  T("add %w0, %w2, #7") \
  T("add %w0, %w2, #0xabc, lsl #12") \
  T("add %0, %2, %w3, uxtb #3") \
  T("add %w0, %w2, %w3, uxtb") \
  T("add %0, %2, %w3, uxth #0") \
  T("add %w0, %w2, %w3, uxth") \
  T("add %0, %2, %w3, uxtw #2") \
  T("add %w0, %w2, %w3, uxtw") \
  T("add %0, %2, %w3, sxtb #4") \
  T("add %w0, %w2, %w3, sxtb") \
  T("add %0, %2, %w3, sxth #1") \
  T("add %w0, %w2, %w3, sxth") \
  T("add %0, %2, %w3, sxtw #3") \
  T("add %w0, %w2, %w3, sxtw") \
  T("add %0, %2, %3, uxtx #4") \
  T("add %0, %2, %3, sxtx #1") \
  T("adds %0, %2, %3") \
  T("adds %w0, %w2, %w3") \
  T("adds %0, %2, %3, lsl #7") \
  T("adds %0, %2, %3, lsr #33") \
  T("adds %0, %2, %3, asr #63") \
  T("adds %w0, %w2, %w3, lsl #31") \
  T("adds %w0, %w2, %w3, lsr #5") \
  T("adds %w0, %w2, %w3, asr #17") \
  T("adds %0, %2, #1") \
  T("adds %0, %2, #0xfff") \
  T("adds %0, %2, #0x123, lsl #12") \
  T("adds %w0, %w2, #7") \
  T("adds %w0, %w2, #0xabc, lsl #12") \
  T("adds %0, %2, %w3, uxtb #0") \
  T("adds %w0, %w2, %w3, uxtb") \
  T("adds %0, %2, %w3, uxth #2") \
  T("adds %w0, %w2, %w3, uxth") \
  T("adds %0, %2, %w3, uxtw #4") \
  T("adds %w0, %w2, %w3, uxtw") \
  T("adds %0, %2, %w3, sxtb #1") \
  T("adds %w0, %w2, %w3, sxtb") \
  T("adds %0, %2, %w3, sxth #3") \
  T("adds %w0, %w2, %w3, sxth") \
  T("adds %0, %2, %w3, sxtw #0") \
  T("adds %w0, %w2, %w3, sxtw") \
  T("adds %0, %2, %3, uxtx #4") \
  T("adds %0, %2, %3, sxtx #1") \
  T("sub %0, %2, %3") \
  T("sub %w0, %w2, %w3") \
  T("sub %0, %2, %3, lsl #7") \
  T("sub %0, %2, %3, lsr #33") \
  T("sub %0, %2, %3, asr #63") \
  T("sub %w0, %w2, %w3, lsl #31") \
  T("sub %w0, %w2, %w3, lsr #5") \
  T("sub %w0, %w2, %w3, asr #17") \
  T("sub %0, %2, #1") \
  T("sub %0, %2, #0xfff") \
  T("sub %0, %2, #0x123, lsl #12") \
  T("sub %w0, %w2, #7") \
  T("sub %w0, %w2, #0xabc, lsl #12") \
  T("sub %0, %2, %w3, uxtb #2") \
  T("sub %w0, %w2, %w3, uxtb") \
  T("sub %0, %2, %w3, uxth #4") \
  T("sub %w0, %w2, %w3, uxth") \
  T("sub %0, %2, %w3, uxtw #1") \
  T("sub %w0, %w2, %w3, uxtw") \
  T("sub %0, %2, %w3, sxtb #3") \
  T("sub %w0, %w2, %w3, sxtb") \
  T("sub %0, %2, %w3, sxth #0") \
  T("sub %w0, %w2, %w3, sxth") \
  T("sub %0, %2, %w3, sxtw #2") \
  T("sub %w0, %w2, %w3, sxtw") \
  T("sub %0, %2, %3, uxtx #4") \
  T("sub %0, %2, %3, sxtx #1") \
  T("subs %0, %2, %3") \
  T("subs %w0, %w2, %w3") \
  T("subs %0, %2, %3, lsl #7") \
  T("subs %0, %2, %3, lsr #33") \
  T("subs %0, %2, %3, asr #63") \
  T("subs %w0, %w2, %w3, lsl #31") \
  T("subs %w0, %w2, %w3, lsr #5") \
  T("subs %w0, %w2, %w3, asr #17") \
  T("subs %0, %2, #1") \
  T("subs %0, %2, #0xfff") \
  T("subs %0, %2, #0x123, lsl #12") \
  T("subs %w0, %w2, #7") \
  T("subs %w0, %w2, #0xabc, lsl #12") \
  T("subs %0, %2, %w3, uxtb #4") \
  T("subs %w0, %w2, %w3, uxtb") \
  T("subs %0, %2, %w3, uxth #1") \
  T("subs %w0, %w2, %w3, uxth") \
  T("subs %0, %2, %w3, uxtw #3") \
  T("subs %w0, %w2, %w3, uxtw") \
  T("subs %0, %2, %w3, sxtb #0") \
  T("subs %w0, %w2, %w3, sxtb") \
  T("subs %0, %2, %w3, sxth #2") \
  T("subs %w0, %w2, %w3, sxth") \
  T("subs %0, %2, %w3, sxtw #4") \
  T("subs %w0, %w2, %w3, sxtw") \
  T("subs %0, %2, %3, uxtx #4") \
  T("subs %0, %2, %3, sxtx #1") \
  T("adc %0, %2, %3") \
  T("adc %w0, %w2, %w3") \
  T("adcs %0, %2, %3") \
  T("adcs %w0, %w2, %w3") \
  T("sbc %0, %2, %3") \
  T("sbc %w0, %w2, %w3") \
  T("sbcs %0, %2, %3") \
  T("sbcs %w0, %w2, %w3") \
  T("ngc %0, %3") \
  T("ngcs %w0, %w3") \
  T("neg %0, %3") \
  T("negs %w0, %w3, asr #3") \
  T("cmp %2, %3") \
  T("cmp %w2, %w3") \
  T("cmn %2, %3") \
  T("cmn %w2, %w3, lsl #1") \
  T("cmp %2, #0") \
  T("cmp %w2, #0x800") \
  T("cmn %2, #1") \
  T("adds %0, xzr, %3") \
  T("subs %w0, wzr, %w3")

#define FORMS_LOGICAL(T) \
  T("and %0, %2, %3") \
  T("and %w0, %w2, %w3") \
  T("and %0, %2, %3, lsl #13") \
  T("and %0, %2, %3, lsr #63") \
  T("and %0, %2, %3, asr #32") \
  T("and %0, %2, %3, ror #1") \
  T("and %w0, %w2, %w3, lsl #3") \
  T("and %w0, %w2, %w3, lsr #31") \
  T("and %w0, %w2, %w3, asr #9") \
  T("and %w0, %w2, %w3, ror #30") \
  T("bic %0, %2, %3") \
  T("bic %w0, %w2, %w3") \
  T("bic %0, %2, %3, lsl #13") \
  T("bic %0, %2, %3, lsr #63") \
  T("bic %0, %2, %3, asr #32") \
  T("bic %0, %2, %3, ror #1") \
  T("bic %w0, %w2, %w3, lsl #3") \
  T("bic %w0, %w2, %w3, lsr #31") \
  T("bic %w0, %w2, %w3, asr #9") \
  T("bic %w0, %w2, %w3, ror #30") \
  T("orr %0, %2, %3") \
  T("orr %w0, %w2, %w3") \
  T("orr %0, %2, %3, lsl #13") \
  T("orr %0, %2, %3, lsr #63") \
  T("orr %0, %2, %3, asr #32") \
  T("orr %0, %2, %3, ror #1") \
  T("orr %w0, %w2, %w3, lsl #3") \
  T("orr %w0, %w2, %w3, lsr #31") \
  T("orr %w0, %w2, %w3, asr #9") \
  T("orr %w0, %w2, %w3, ror #30") \
  T("orn %0, %2, %3") \
  T("orn %w0, %w2, %w3") \
  T("orn %0, %2, %3, lsl #13") \
  T("orn %0, %2, %3, lsr #63") \
  T("orn %0, %2, %3, asr #32") \
  T("orn %0, %2, %3, ror #1") \
  T("orn %w0, %w2, %w3, lsl #3") \
  T("orn %w0, %w2, %w3, lsr #31") \
  T("orn %w0, %w2, %w3, asr #9") \
  T("orn %w0, %w2, %w3, ror #30") \
  T("eor %0, %2, %3") \
  T("eor %w0, %w2, %w3") \
  T("eor %0, %2, %3, lsl #13") \
  T("eor %0, %2, %3, lsr #63") \
  T("eor %0, %2, %3, asr #32") \
  T("eor %0, %2, %3, ror #1") \
  T("eor %w0, %w2, %w3, lsl #3") \
  T("eor %w0, %w2, %w3, lsr #31") \
  T("eor %w0, %w2, %w3, asr #9") \
  T("eor %w0, %w2, %w3, ror #30") \
  T("eon %0, %2, %3") \
  T("eon %w0, %w2, %w3") \
  T("eon %0, %2, %3, lsl #13") \
  T("eon %0, %2, %3, lsr #63") \
  T("eon %0, %2, %3, asr #32") \
  T("eon %0, %2, %3, ror #1") \
  T("eon %w0, %w2, %w3, lsl #3") \
  T("eon %w0, %w2, %w3, lsr #31") \
  T("eon %w0, %w2, %w3, asr #9") \
  T("eon %w0, %w2, %w3, ror #30") \
  T("ands %0, %2, %3") \
  T("ands %w0, %w2, %w3") \
  T("ands %0, %2, %3, lsl #13") \
  T("ands %0, %2, %3, lsr #63") \
  T("ands %0, %2, %3, asr #32") \
  T("ands %0, %2, %3, ror #1") \
  T("ands %w0, %w2, %w3, lsl #3") \
  T("ands %w0, %w2, %w3, lsr #31") \
  T("ands %w0, %w2, %w3, asr #9") \
  T("ands %w0, %w2, %w3, ror #30") \
  T("bics %0, %2, %3") \
  T("bics %w0, %w2, %w3") \
  T("bics %0, %2, %3, lsl #13") \
  T("bics %0, %2, %3, lsr #63") \
  T("bics %0, %2, %3, asr #32") \
  T("bics %0, %2, %3, ror #1") \
  T("bics %w0, %w2, %w3, lsl #3") \
  T("bics %w0, %w2, %w3, lsr #31") \
  T("bics %w0, %w2, %w3, asr #9") \
  T("bics %w0, %w2, %w3, ror #30") \
  T("and %0, %2, #1") \
  T("and %0, %2, #0x5555555555555555") \
  T("and %0, %2, #0xffffffff00000000") \
  T("and %0, %2, #0x8000000000000001") \
  T("and %0, %2, #0x00ff00ff00ff00ff") \
  T("and %w0, %w2, #0x80000000") \
  T("and %w0, %w2, #0xfffffffe") \
  T("and %w0, %w2, #0x33333333") \
  T("and %w0, %w2, #0x3ffc") \
  T("orr %0, %2, #1") \
  T("orr %0, %2, #0x5555555555555555") \
  T("orr %0, %2, #0xffffffff00000000") \
  T("orr %0, %2, #0x8000000000000001") \
  T("orr %0, %2, #0x00ff00ff00ff00ff") \
  T("orr %w0, %w2, #0x80000000") \
  T("orr %w0, %w2, #0xfffffffe") \
  T("orr %w0, %w2, #0x33333333") \
  T("orr %w0, %w2, #0x3ffc") \
  T("eor %0, %2, #1") \
  T("eor %0, %2, #0x5555555555555555") \
  T("eor %0, %2, #0xffffffff00000000") \
  T("eor %0, %2, #0x8000000000000001") \
  T("eor %0, %2, #0x00ff00ff00ff00ff") \
  T("eor %w0, %w2, #0x80000000") \
  T("eor %w0, %w2, #0xfffffffe") \
  T("eor %w0, %w2, #0x33333333") \
  T("eor %w0, %w2, #0x3ffc") \
  T("ands %0, %2, #1") \
  T("ands %0, %2, #0x5555555555555555") \
  T("ands %0, %2, #0xffffffff00000000") \
  T("ands %0, %2, #0x8000000000000001") \
  T("ands %0, %2, #0x00ff00ff00ff00ff") \
  T("ands %w0, %w2, #0x80000000") \
  T("ands %w0, %w2, #0xfffffffe") \
  T("ands %w0, %w2, #0x33333333") \
  T("ands %w0, %w2, #0x3ffc") \
  T("tst %2, %3") \
  T("tst %w2, #0xff") \
  T("mvn %0, %3, lsl #4") \
  T("mov %0, %3") \
  T("mov %w0, %w3")

#define FORMS_SHIFT(T) \
  T("lsl %0, %2, %3") \
  T("lsl %w0, %w2, %w3") \
  T("lsl %0, %2, #1") \
  T("lsl %0, %2, #63") \
  T("lsl %w0, %w2, #31") \
  T("lsl %w0, %w2, #8") \
  T("lsr %0, %2, %3") \
  T("lsr %w0, %w2, %w3") \
  T("lsr %0, %2, #1") \
  T("lsr %0, %2, #63") \
  T("lsr %w0, %w2, #31") \
  T("lsr %w0, %w2, #8") \
  T("asr %0, %2, %3") \
  T("asr %w0, %w2, %w3") \
  T("asr %0, %2, #1") \
  T("asr %0, %2, #63") \
  T("asr %w0, %w2, #31") \
  T("asr %w0, %w2, #8") \
  T("ror %0, %2, %3") \
  T("ror %w0, %w2, %w3") \
  T("ror %0, %2, #1") \
  T("ror %0, %2, #63") \
  T("ror %w0, %w2, #31") \
  T("ror %w0, %w2, #8") \
  T("extr %0, %2, %3, #0") \
  T("extr %0, %2, %3, #1") \
  T("extr %0, %2, %3, #63") \
  T("extr %0, %2, %3, #32") \
  T("extr %w0, %w2, %w3, #0") \
  T("extr %w0, %w2, %w3, #31") \
  T("extr %w0, %w2, %w3, #12") \
  T("rbit %0, %2") \
  T("rbit %w0, %w3") \
  T("rev %0, %2") \
  T("rev %w0, %w3") \
  T("clz %0, %2") \
  T("clz %w0, %w3") \
  T("cls %0, %2") \
  T("cls %w0, %w3") \
  T("rev16 %0, %2") \
  T("rev16 %w0, %w3") \
  T("rev32 %0, %2")

#define FORMS_BITFIELD(T) \
  T("bfm %0, %2, #0, #0") \
  T("bfm %0, %2, #0, #63") \
  T("bfm %0, %2, #63, #0") \
  T("bfm %0, %2, #63, #63") \
  T("bfm %0, %2, #5, #20") \
  T("bfm %0, %2, #20, #5") \
  T("bfm %0, %2, #32, #31") \
  T("bfm %0, %2, #31, #32") \
  T("bfm %0, %2, #1, #62") \
  T("bfm %0, %2, #62, #1") \
  T("bfm %0, %2, #16, #15") \
  T("bfm %0, %2, #8, #7") \
  T("bfm %0, %2, #60, #59") \
  T("bfm %0, %2, #0, #7") \
  T("bfm %0, %2, #0, #15") \
  T("bfm %0, %2, #0, #31") \
  T("bfm %w0, %w2, #0, #0") \
  T("bfm %w0, %w2, #0, #31") \
  T("bfm %w0, %w2, #31, #0") \
  T("bfm %w0, %w2, #31, #31") \
  T("bfm %w0, %w2, #5, #20") \
  T("bfm %w0, %w2, #20, #5") \
  T("bfm %w0, %w2, #16, #15") \
  T("bfm %w0, %w2, #1, #30") \
  T("bfm %w0, %w2, #30, #1") \
  T("bfm %w0, %w2, #0, #7") \
  T("bfm %w0, %w2, #0, #15") \
  T("sbfm %0, %2, #0, #0") \
  T("sbfm %0, %2, #0, #63") \
  T("sbfm %0, %2, #63, #0") \
  T("sbfm %0, %2, #63, #63") \
  T("sbfm %0, %2, #5, #20") \
  T("sbfm %0, %2, #20, #5") \
  T("sbfm %0, %2, #32, #31") \
  T("sbfm %0, %2, #31, #32") \
  T("sbfm %0, %2, #1, #62") \
  T("sbfm %0, %2, #62, #1") \
  T("sbfm %0, %2, #16, #15") \
  T("sbfm %0, %2, #8, #7") \
  T("sbfm %0, %2, #60, #59") \
  T("sbfm %0, %2, #0, #7") \
  T("sbfm %0, %2, #0, #15") \
  T("sbfm %0, %2, #0, #31") \
  T("sbfm %w0, %w2, #0, #0") \
  T("sbfm %w0, %w2, #0, #31") \
  T("sbfm %w0, %w2, #31, #0") \
  T("sbfm %w0, %w2, #31, #31") \
  T("sbfm %w0, %w2, #5, #20") \
  T("sbfm %w0, %w2, #20, #5") \
  T("sbfm %w0, %w2, #16, #15") \
  T("sbfm %w0, %w2, #1, #30") \
  T("sbfm %w0, %w2, #30, #1") \
  T("sbfm %w0, %w2, #0, #7") \
  T("sbfm %w0, %w2, #0, #15") \
  T("ubfm %0, %2, #0, #0") \
  T("ubfm %0, %2, #0, #63") \
  T("ubfm %0, %2, #63, #0") \
  T("ubfm %0, %2, #63, #63") \
  T("ubfm %0, %2, #5, #20") \
  T("ubfm %0, %2, #20, #5") \
  T("ubfm %0, %2, #32, #31") \
  T("ubfm %0, %2, #31, #32") \
  T("ubfm %0, %2, #1, #62") \
  T("ubfm %0, %2, #62, #1") \
  T("ubfm %0, %2, #16, #15") \
  T("ubfm %0, %2, #8, #7") \
  T("ubfm %0, %2, #60, #59") \
  T("ubfm %0, %2, #0, #7") \
  T("ubfm %0, %2, #0, #15") \
  T("ubfm %0, %2, #0, #31") \
  T("ubfm %w0, %w2, #0, #0") \
  T("ubfm %w0, %w2, #0, #31") \
  T("ubfm %w0, %w2, #31, #0") \
  T("ubfm %w0, %w2, #31, #31") \
  T("ubfm %w0, %w2, #5, #20") \
  T("ubfm %w0, %w2, #20, #5") \
  T("ubfm %w0, %w2, #16, #15") \
  T("ubfm %w0, %w2, #1, #30") \
  T("ubfm %w0, %w2, #30, #1") \
  T("ubfm %w0, %w2, #0, #7") \
  T("ubfm %w0, %w2, #0, #15") \
  T("sxtb %0, %w2") \
  T("sxth %0, %w2") \
  T("sxtw %0, %w2") \
  T("sxtb %w0, %w2") \
  T("sxth %w0, %w2") \
  T("uxtb %w0, %w2") \
  T("uxth %w0, %w2") \
  T("bfi %0, %2, #8, #16") \
  T("bfxil %w0, %w2, #4, #9") \
  T("bfm %0, xzr, #59, #39")

#define FORMS_CONDITION(T) \
  T("csel %0, %2, %3, eq") \
  T("csinc %w0, %w2, %w3, eq") \
  T("csinv %0, %2, %3, eq") \
  T("csneg %w0, %w2, %w3, eq") \
  T("csel %0, %2, %3, ne") \
  T("csinc %w0, %w2, %w3, ne") \
  T("csinv %0, %2, %3, ne") \
  T("csneg %w0, %w2, %w3, ne") \
  T("csel %0, %2, %3, hs") \
  T("csinc %w0, %w2, %w3, hs") \
  T("csinv %0, %2, %3, hs") \
  T("csneg %w0, %w2, %w3, hs") \
  T("csel %0, %2, %3, lo") \
  T("csinc %w0, %w2, %w3, lo") \
  T("csinv %0, %2, %3, lo") \
  T("csneg %w0, %w2, %w3, lo") \
  T("csel %0, %2, %3, mi") \
  T("csinc %w0, %w2, %w3, mi") \
  T("csinv %0, %2, %3, mi") \
  T("csneg %w0, %w2, %w3, mi") \
  T("csel %0, %2, %3, pl") \
  T("csinc %w0, %w2, %w3, pl") \
  T("csinv %0, %2, %3, pl") \
  T("csneg %w0, %w2, %w3, pl") \
  T("csel %0, %2, %3, vs") \
  T("csinc %w0, %w2, %w3, vs") \
  T("csinv %0, %2, %3, vs") \
  T("csneg %w0, %w2, %w3, vs") \
  T("csel %0, %2, %3, vc") \
  T("csinc %w0, %w2, %w3, vc") \
  T("csinv %0, %2, %3, vc") \
  T("csneg %w0, %w2, %w3, vc") \
  T("csel %0, %2, %3, hi") \
  T("csinc %w0, %w2, %w3, hi") \
  T("csinv %0, %2, %3, hi") \
  T("csneg %w0, %w2, %w3, hi") \
  T("csel %0, %2, %3, ls") \
  T("csinc %w0, %w2, %w3, ls") \
  T("csinv %0, %2, %3, ls") \
  T("csneg %w0, %w2, %w3, ls") \
  T("csel %0, %2, %3, ge") \
  T("csinc %w0, %w2, %w3, ge") \
  T("csinv %0, %2, %3, ge") \
  T("csneg %w0, %w2, %w3, ge") \
  T("csel %0, %2, %3, lt") \
  T("csinc %w0, %w2, %w3, lt") \
  T("csinv %0, %2, %3, lt") \
  T("csneg %w0, %w2, %w3, lt") \
  T("csel %0, %2, %3, gt") \
  T("csinc %w0, %w2, %w3, gt") \
  T("csinv %0, %2, %3, gt") \
  T("csneg %w0, %w2, %w3, gt") \
  T("csel %0, %2, %3, le") \
  T("csinc %w0, %w2, %w3, le") \
  T("csinv %0, %2, %3, le") \
  T("csneg %w0, %w2, %w3, le") \
  T("csel %0, %2, %3, al") \
  T("csinc %w0, %w2, %w3, al") \
  T("csinv %0, %2, %3, al") \
  T("csneg %w0, %w2, %w3, al") \
  T("cmp %2, %3\n\tcsel %0, %2, %3, eq") \
  T("cmp %w2, %w3\n\tcsneg %0, %2, %3, eq") \
  T("cmn %2, %3\n\tcsinc %0, %2, %3, eq") \
  T("tst %2, %3\n\tcsinv %w0, %w2, %w3, eq") \
  T("adds %w0, %w2, %w3\n\tcset %0, eq") \
  T("cmp %2, %3\n\tcsel %0, %2, %3, ne") \
  T("cmp %w2, %w3\n\tcsneg %0, %2, %3, ne") \
  T("cmn %2, %3\n\tcsinc %0, %2, %3, ne") \
  T("tst %2, %3\n\tcsinv %w0, %w2, %w3, ne") \
  T("adds %w0, %w2, %w3\n\tcset %0, ne") \
  T("cmp %2, %3\n\tcsel %0, %2, %3, hs") \
  T("cmp %w2, %w3\n\tcsneg %0, %2, %3, hs") \
  T("cmn %2, %3\n\tcsinc %0, %2, %3, hs") \
  T("tst %2, %3\n\tcsinv %w0, %w2, %w3, hs") \
  T("adds %w0, %w2, %w3\n\tcset %0, hs") \
  T("cmp %2, %3\n\tcsel %0, %2, %3, lo") \
  T("cmp %w2, %w3\n\tcsneg %0, %2, %3, lo") \
  T("cmn %2, %3\n\tcsinc %0, %2, %3, lo") \
  T("tst %2, %3\n\tcsinv %w0, %w2, %w3, lo") \
  T("adds %w0, %w2, %w3\n\tcset %0, lo") \
  T("cmp %2, %3\n\tcsel %0, %2, %3, mi") \
  T("cmp %w2, %w3\n\tcsneg %0, %2, %3, mi") \
  T("cmn %2, %3\n\tcsinc %0, %2, %3, mi") \
  T("tst %2, %3\n\tcsinv %w0, %w2, %w3, mi") \
  T("adds %w0, %w2, %w3\n\tcset %0, mi") \
  T("cmp %2, %3\n\tcsel %0, %2, %3, pl") \
  T("cmp %w2, %w3\n\tcsneg %0, %2, %3, pl") \
  T("cmn %2, %3\n\tcsinc %0, %2, %3, pl") \
  T("tst %2, %3\n\tcsinv %w0, %w2, %w3, pl") \
  T("adds %w0, %w2, %w3\n\tcset %0, pl") \
  T("cmp %2, %3\n\tcsel %0, %2, %3, vs") \
  T("cmp %w2, %w3\n\tcsneg %0, %2, %3, vs") \
  T("cmn %2, %3\n\tcsinc %0, %2, %3, vs") \
  T("tst %2, %3\n\tcsinv %w0, %w2, %w3, vs") \
  T("adds %w0, %w2, %w3\n\tcset %0, vs") \
  T("cmp %2, %3\n\tcsel %0, %2, %3, vc") \
  T("cmp %w2, %w3\n\tcsneg %0, %2, %3, vc") \
  T("cmn %2, %3\n\tcsinc %0, %2, %3, vc") \
  T("tst %2, %3\n\tcsinv %w0, %w2, %w3, vc") \
  T("adds %w0, %w2, %w3\n\tcset %0, vc") \
  T("cmp %2, %3\n\tcsel %0, %2, %3, hi") \
  T("cmp %w2, %w3\n\tcsneg %0, %2, %3, hi") \
  T("cmn %2, %3\n\tcsinc %0, %2, %3, hi") \
  T("tst %2, %3\n\tcsinv %w0, %w2, %w3, hi") \
  T("adds %w0, %w2, %w3\n\tcset %0, hi") \
  T("cmp %2, %3\n\tcsel %0, %2, %3, ls") \
  T("cmp %w2, %w3\n\tcsneg %0, %2, %3, ls") \
  T("cmn %2, %3\n\tcsinc %0, %2, %3, ls") \
  T("tst %2, %3\n\tcsinv %w0, %w2, %w3, ls") \
  T("adds %w0, %w2, %w3\n\tcset %0, ls") \
  T("cmp %2, %3\n\tcsel %0, %2, %3, ge") \
  T("cmp %w2, %w3\n\tcsneg %0, %2, %3, ge") \
  T("cmn %2, %3\n\tcsinc %0, %2, %3, ge") \
  T("tst %2, %3\n\tcsinv %w0, %w2, %w3, ge") \
  T("adds %w0, %w2, %w3\n\tcset %0, ge") \
  T("cmp %2, %3\n\tcsel %0, %2, %3, lt") \
  T("cmp %w2, %w3\n\tcsneg %0, %2, %3, lt") \
  T("cmn %2, %3\n\tcsinc %0, %2, %3, lt") \
  T("tst %2, %3\n\tcsinv %w0, %w2, %w3, lt") \
  T("adds %w0, %w2, %w3\n\tcset %0, lt") \
  T("cmp %2, %3\n\tcsel %0, %2, %3, gt") \
  T("cmp %w2, %w3\n\tcsneg %0, %2, %3, gt") \
  T("cmn %2, %3\n\tcsinc %0, %2, %3, gt") \
  T("tst %2, %3\n\tcsinv %w0, %w2, %w3, gt") \
  T("adds %w0, %w2, %w3\n\tcset %0, gt") \
  T("cmp %2, %3\n\tcsel %0, %2, %3, le") \
  T("cmp %w2, %w3\n\tcsneg %0, %2, %3, le") \
  T("cmn %2, %3\n\tcsinc %0, %2, %3, le") \
  T("tst %2, %3\n\tcsinv %w0, %w2, %w3, le") \
  T("adds %w0, %w2, %w3\n\tcset %0, le") \
  T("cmp %2, %3\n\tcsel %0, %2, %3, al") \
  T("cmp %w2, %w3\n\tcsneg %0, %2, %3, al") \
  T("cmn %2, %3\n\tcsinc %0, %2, %3, al") \
  T("tst %2, %3\n\tcsinv %w0, %w2, %w3, al") \
  T("adds %w0, %w2, %w3\n\tcsinc %0, xzr, xzr, ne") \
  T("ccmp %2, %3, #0, eq") \
  T("ccmn %w2, %w3, #15, eq") \
  T("ccmp %w2, #0, #0, eq") \
  T("ccmn %2, #31, #0, eq") \
  T("ccmp %2, %3, #1, ne") \
  T("ccmn %w2, %w3, #14, ne") \
  T("ccmp %w2, #2, #1, ne") \
  T("ccmn %2, #31, #1, ne") \
  T("ccmp %2, %3, #2, hs") \
  T("ccmn %w2, %w3, #13, hs") \
  T("ccmp %w2, #4, #2, hs") \
  T("ccmn %2, #31, #2, hs") \
  T("ccmp %2, %3, #3, lo") \
  T("ccmn %w2, %w3, #12, lo") \
  T("ccmp %w2, #6, #3, lo") \
  T("ccmn %2, #31, #3, lo") \
  T("ccmp %2, %3, #4, mi") \
  T("ccmn %w2, %w3, #11, mi") \
  T("ccmp %w2, #8, #4, mi") \
  T("ccmn %2, #31, #4, mi") \
  T("ccmp %2, %3, #5, pl") \
  T("ccmn %w2, %w3, #10, pl") \
  T("ccmp %w2, #10, #5, pl") \
  T("ccmn %2, #31, #5, pl") \
  T("ccmp %2, %3, #6, vs") \
  T("ccmn %w2, %w3, #9, vs") \
  T("ccmp %w2, #12, #6, vs") \
  T("ccmn %2, #31, #6, vs") \
  T("ccmp %2, %3, #7, vc") \
  T("ccmn %w2, %w3, #8, vc") \
  T("ccmp %w2, #14, #7, vc") \
  T("ccmn %2, #31, #7, vc") \
  T("ccmp %2, %3, #8, hi") \
  T("ccmn %w2, %w3, #7, hi") \
  T("ccmp %w2, #16, #8, hi") \
  T("ccmn %2, #31, #8, hi") \
  T("ccmp %2, %3, #9, ls") \
  T("ccmn %w2, %w3, #6, ls") \
  T("ccmp %w2, #18, #9, ls") \
  T("ccmn %2, #31, #9, ls") \
  T("ccmp %2, %3, #10, ge") \
  T("ccmn %w2, %w3, #5, ge") \
  T("ccmp %w2, #20, #10, ge") \
  T("ccmn %2, #31, #10, ge") \
  T("ccmp %2, %3, #11, lt") \
  T("ccmn %w2, %w3, #4, lt") \
  T("ccmp %w2, #22, #11, lt") \
  T("ccmn %2, #31, #11, lt") \
  T("ccmp %2, %3, #12, gt") \
  T("ccmn %w2, %w3, #3, gt") \
  T("ccmp %w2, #24, #12, gt") \
  T("ccmn %2, #31, #12, gt") \
  T("ccmp %2, %3, #13, le") \
  T("ccmn %w2, %w3, #2, le") \
  T("ccmp %w2, #26, #13, le") \
  T("ccmn %2, #31, #13, le") \
  T("ccmp %2, %3, #14, al") \
  T("ccmn %w2, %w3, #1, al") \
  T("ccmp %w2, #28, #14, al") \
  T("ccmn %2, #31, #14, al") \
  T("cmp %2, #5\n\tccmp %3, #3, #4, ne\n\tccmp %2, %3, #0, gt\n\tcset %0, ls") \
  T("cmp %2, %3\n\tccmp %w2, #0, #8, hi\n\tccmn %w3, #1, #2, lt\n\tcset %0, vs") \
  T("ccmp %2, %3, #0, al\n\tcset %0, lt") \
  T("fcmp d0, d0\n\tccmp %2, %3, #2, ne\n\tcset %0, hs") \
  T("adcs %0, %2, %3\n\tsbcs %0, %0, %2\n\tadcs %0, %0, %3") \
  T("subs %0, %2, %3\n\tsbcs %0, %0, %2\n\tsbc %0, %0, %3") \
  T("adds %0, %2, %3\n\tadc %0, %0, xzr") \
  T("subs %w0, %w2, %w3\n\tsbc %0, xzr, xzr") \
  T("cinc %0, %2, mi") \
  T("cneg %w0, %w2, pl") \
  T("cinv %0, %2, vc") \
  T("cset %0, hi") \
  T("csetm %w0, ls")

#define FORMS_MULTIPLY(T) \
  T("madd %0, %2, %3, %0") \
  T("madd %w0, %w2, %w3, %w0") \
  T("msub %0, %2, %3, %0") \
  T("msub %w0, %w2, %w3, %w0") \
  T("smaddl %0, %w2, %w3, %0") \
  T("smsubl %0, %w2, %w3, %0") \
  T("umaddl %0, %w2, %w3, %0") \
  T("umsubl %0, %w2, %w3, %0") \
  T("smulh %0, %2, %3") \
  T("umulh %0, %2, %3") \
  T("mul %0, %2, %3") \
  T("mneg %w0, %w2, %w3") \
  T("smull %0, %w2, %w3") \
  T("umnegl %0, %w2, %w3") \
  T("udiv %0, %2, %3") \
  T("udiv %w0, %w2, %w3") \
  T("sdiv %0, %2, %3") \
  T("sdiv %w0, %w2, %w3")

#define FORMS_MOVE(T) \
  T("movz %0, #0x1234, lsl #48") \
  T("movz %w0, #0xffff, lsl #16") \
  T("movn %0, #0x8000, lsl #32") \
  T("movn %w0, #0") \
  T("movn %w0, #0xffff, lsl #16") \
  T("movk %0, #0xdead") \
  T("movk %0, #0xbeef, lsl #48") \
  T("movk %w0, #0xcafe, lsl #16") \
  T("mov %0, #0xaaaaaaaaaaaaaaaa") \
  T("adr %0, .\n\tadr %1, .\n\tsub %0, %1, %0\n\tmsr nzcv, xzr") \
  T("adrp %0, .\n\tand %0, %0, #0xfff") \
  T("mov %0, sp\n\tadd sp, sp, #-48\n\tmov %1, sp\n\tsub %0, %0, %1\n\tadd sp, sp, #48\n\tmsr nzcv, xzr") \
  T("sub sp, sp, #32\n\tstp %2, %3, [sp]\n\tldp %0, xzr, [sp], #32") \
  T("nop\n\tyield\n\tmov %0, %2\n\thint #34\n\tisb\n\tdmb ish\n\tdsb sy")

#define FORMS_BRANCH(T) \
  T("b.eq 1f\n\tadd %0, %0, %2\n1:\tadd %0, %0, %3") \
  T("cmp %2, %3\n\tb.eq 1f\n\tadd %0, %0, %2\n1:\tadd %0, %0, %3") \
  T("cmp %w2, #33\n\tb.eq 1f\n\tneg %0, %0\n1:\teor %0, %0, %3") \
  T("b.ne 1f\n\tadd %0, %0, %2\n1:\tadd %0, %0, %3") \
  T("cmp %2, %3\n\tb.ne 1f\n\tadd %0, %0, %2\n1:\tadd %0, %0, %3") \
  T("cmp %w2, #33\n\tb.ne 1f\n\tneg %0, %0\n1:\teor %0, %0, %3") \
  T("b.hs 1f\n\tadd %0, %0, %2\n1:\tadd %0, %0, %3") \
  T("cmp %2, %3\n\tb.hs 1f\n\tadd %0, %0, %2\n1:\tadd %0, %0, %3") \
  T("cmp %w2, #33\n\tb.hs 1f\n\tneg %0, %0\n1:\teor %0, %0, %3") \
  T("b.lo 1f\n\tadd %0, %0, %2\n1:\tadd %0, %0, %3") \
  T("cmp %2, %3\n\tb.lo 1f\n\tadd %0, %0, %2\n1:\tadd %0, %0, %3") \
  T("cmp %w2, #33\n\tb.lo 1f\n\tneg %0, %0\n1:\teor %0, %0, %3") \
  T("b.mi 1f\n\tadd %0, %0, %2\n1:\tadd %0, %0, %3") \
  T("cmp %2, %3\n\tb.mi 1f\n\tadd %0, %0, %2\n1:\tadd %0, %0, %3") \
  T("cmp %w2, #33\n\tb.mi 1f\n\tneg %0, %0\n1:\teor %0, %0, %3") \
  T("b.pl 1f\n\tadd %0, %0, %2\n1:\tadd %0, %0, %3") \
  T("cmp %2, %3\n\tb.pl 1f\n\tadd %0, %0, %2\n1:\tadd %0, %0, %3") \
  T("cmp %w2, #33\n\tb.pl 1f\n\tneg %0, %0\n1:\teor %0, %0, %3") \
  T("b.vs 1f\n\tadd %0, %0, %2\n1:\tadd %0, %0, %3") \
  T("cmp %2, %3\n\tb.vs 1f\n\tadd %0, %0, %2\n1:\tadd %0, %0, %3") \
  T("cmp %w2, #33\n\tb.vs 1f\n\tneg %0, %0\n1:\teor %0, %0, %3") \
  T("b.vc 1f\n\tadd %0, %0, %2\n1:\tadd %0, %0, %3") \
  T("cmp %2, %3\n\tb.vc 1f\n\tadd %0, %0, %2\n1:\tadd %0, %0, %3") \
  T("cmp %w2, #33\n\tb.vc 1f\n\tneg %0, %0\n1:\teor %0, %0, %3") \
  T("b.hi 1f\n\tadd %0, %0, %2\n1:\tadd %0, %0, %3") \
  T("cmp %2, %3\n\tb.hi 1f\n\tadd %0, %0, %2\n1:\tadd %0, %0, %3") \
  T("cmp %w2, #33\n\tb.hi 1f\n\tneg %0, %0\n1:\teor %0, %0, %3") \
  T("b.ls 1f\n\tadd %0, %0, %2\n1:\tadd %0, %0, %3") \
  T("cmp %2, %3\n\tb.ls 1f\n\tadd %0, %0, %2\n1:\tadd %0, %0, %3") \
  T("cmp %w2, #33\n\tb.ls 1f\n\tneg %0, %0\n1:\teor %0, %0, %3") \
  T("b.ge 1f\n\tadd %0, %0, %2\n1:\tadd %0, %0, %3") \
  T("cmp %2, %3\n\tb.ge 1f\n\tadd %0, %0, %2\n1:\tadd %0, %0, %3") \
  T("cmp %w2, #33\n\tb.ge 1f\n\tneg %0, %0\n1:\teor %0, %0, %3") \
  T("b.lt 1f\n\tadd %0, %0, %2\n1:\tadd %0, %0, %3") \
  T("cmp %2, %3\n\tb.lt 1f\n\tadd %0, %0, %2\n1:\tadd %0, %0, %3") \
  T("cmp %w2, #33\n\tb.lt 1f\n\tneg %0, %0\n1:\teor %0, %0, %3") \
  T("b.gt 1f\n\tadd %0, %0, %2\n1:\tadd %0, %0, %3") \
  T("cmp %2, %3\n\tb.gt 1f\n\tadd %0, %0, %2\n1:\tadd %0, %0, %3") \
  T("cmp %w2, #33\n\tb.gt 1f\n\tneg %0, %0\n1:\teor %0, %0, %3") \
  T("b.le 1f\n\tadd %0, %0, %2\n1:\tadd %0, %0, %3") \
  T("cmp %2, %3\n\tb.le 1f\n\tadd %0, %0, %2\n1:\tadd %0, %0, %3") \
  T("cmp %w2, #33\n\tb.le 1f\n\tneg %0, %0\n1:\teor %0, %0, %3") \
  T("cbz %2, 1f\n\tadd %0, %0, #1\n1:\teor %0, %0, %2, lsl #1") \
  T("cbnz %2, 1f\n\tadd %0, %0, #1\n1:\teor %0, %0, %2, lsl #1") \
  T("cbz %w3, 1f\n\tadd %0, %0, #1\n1:\teor %0, %0, %2, lsl #1") \
  T("cbnz %w3, 1f\n\tadd %0, %0, #1\n1:\teor %0, %0, %2, lsl #1") \
  T("tbz %2, #0, 1f\n\tadd %0, %0, #1\n1:\teor %0, %0, %2, lsl #1") \
  T("tbnz %2, #63, 1f\n\tadd %0, %0, #1\n1:\teor %0, %0, %2, lsl #1") \
  T("tbz %3, #31, 1f\n\tadd %0, %0, #1\n1:\teor %0, %0, %2, lsl #1") \
  T("tbnz %w3, #5, 1f\n\tadd %0, %0, #1\n1:\teor %0, %0, %2, lsl #1") \
  T("adr %0, 1f\n\tbr %0\n\tmov %0, #1\n1:\tmov %0, %2") \
  T("mov %0, x30\n\tadr x30, 1f\n\tret\n\tnop\n1:\tmov x30, %0\n\teor %0, %2, %3") \
  T("mov %0, x30\n\tbl 1f\n1:\tmov x30, %0\n\teor %0, %2, %3") \
  T("mov %0, x30\n\tadr x30, 1f\n\tblr x30\n\tnop\n1:\tmov x30, %0\n\tadd %0, %2, %3") \
  T("b 1f\n2:\tmov %0, %3\n\tb 3f\n1:\tb 2b\n3:\tadd %0, %0, %2") \
  T("mov %0, #10\n1:\tsubs %0, %0, #1\n\tb.ne 1b\n\tadd %0, %0, %2")

#define FORMS_CRC(T) \
  T("crc32b %w0, %w2, %w3") \
  T("crc32h %w0, %w2, %w3") \
  T("crc32w %w0, %w2, %w3") \
  T("crc32x %w0, %w2, %3") \
  T("crc32cb %w0, %w2, %w3") \
  T("crc32ch %w0, %w2, %w3") \
  T("crc32cw %w0, %w2, %w3") \
  T("crc32cx %w0, %w2, %3")

#define FORMS_FLAGM(T) \
  T("cfinv\n\tcset %0, hs") \
  T("setf8 %w2\n\tcset %0, mi") \
  T("setf16 %w2\n\tcset %0, vs") \
  T("rmif %2, #0, #15") \
  T("rmif %2, #33, #6") \
  T("rmif %3, #63, #9") \
  T("axflag") \
  T("xaflag")
#endif
