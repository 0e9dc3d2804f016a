//! Integer operations, immediates and memory operands.

use crate::support::{
    BIG, Checker, GPRS, WIDTHS, WORDS, all_gprs, all_places, imm, lower, name, render, some_places,
};
use xemu_x64::asm::{
    Alu, Asm, BitTest, Cond, Gpr, GprMem, Mem, Shift, Unary, VecOp, VecOpImm, VecUnary, Width,
    XmmMem, reg::*,
};

const ALUS: [Alu; 8] =
    [Alu::Add, Alu::Or, Alu::Adc, Alu::Sbb, Alu::And, Alu::Sub, Alu::Xor, Alu::Cmp];
const IMMS: [i32; 10] = [0, 1, -1, 127, -128, 128, -129, 0x1234_5678, i32::MIN, i32::MAX];

#[test]
fn memory_operands_of_all_shapes() {
    let (mut sse, mut avx) = (Checker::new(false), Checker::new(true));
    for place in all_places() {
        let (m, t) = (place.mem(), place.text());
        for reg in [RAX, RSI, R15] {
            let r = name(Width::W64, reg);
            avx.check_mem(|a| a.mov(Width::W64, reg, m), &format!("mov {r},{t}"), 8);
            let b = name(Width::B8, reg);
            avx.check_mem(|a| a.store(Width::B8, m, reg), &format!("mov {t},{b}"), 1);
            avx.check(|a| a.lea(Width::W64, reg, m), &format!("lea {r},{t}"));
        }
        let text = format!("mov {t},0x12345678");
        avx.check_mem(|a| a.store_imm(Width::W32, m, 0x1234_5678), &text, 4);
        for x in [XMM1, XMM9] {
            let xn = lower(x);
            sse.check(|a| a.v3(VecOp::PADDD, x, x, m), &format!("paddd {xn},{t}"));
            avx.check(|a| a.v3(VecOp::PADDD, x, x, m), &format!("vpaddd {xn},{xn},{t}"));
            let text = format!("vpalignr {xn},xmm3,{t},0x5");
            avx.check(|a| a.v3_imm(VecOpImm::PALIGNR, x, XMM3, m, 5), &text);
        }
    }
    assert!(sse.count + avx.count > 30_000);
}

#[test]
fn memory_operands_are_canonical() {
    let mut c = Checker::new(true);
    let w = Width::W64;
    c.check_len(|a| a.mov(w, RAX, Mem::base(RCX)), "mov rax,[rcx*1+0x0]", 3);
    c.check_len(|a| a.mov(w, RAX, Mem::scaled(RCX, 0, 0)), "mov rax,[rcx*1+0x0]", 3);
    c.check_len(|a| a.mov(w, RAX, Mem::scaled(RCX, 1, 1)), "mov rax,[rcx*2+0x1]", 5);
    c.check_len(|a| a.mov(w, RAX, Mem::index(RCX, RSP, 0, 0)), "mov rax,[rcx*1+rsp*1+0x0]", 4);
    c.check_len(|a| a.mov(w, RAX, Mem::index(RBP, RCX, 0, 0)), "mov rax,[rbp*1+rcx*1+0x0]", 4);
    c.check_len(|a| a.mov(w, RAX, Mem::disp(RBP, 3).offset(-3)), "mov rax,[rbp*1+0x0]", 4);
    c.check_len(|a| a.mov(w, RAX, Mem::abs(16)), "mov rax,[0x10]", 8);
}

#[test]
fn run_time_operands() {
    let mut c = Checker::new(true);
    let w = Width::W32;
    c.check(|a| a.mov(w, RAX, GprMem::from(R9)), "mov eax,r9d");
    c.check(|a| a.mov(w, RAX, GprMem::from(Mem::base(R9))), "mov eax,[r9*1+0x0]");
    c.check(|a| a.mov(Width::B8, RAX, GprMem::from(RSI)), "mov al,sil");
    c.check(|a| a.v2(VecUnary::PABSB, XMM1, XmmMem::from(XMM2)), "vpabsb xmm1,xmm2");
    let mem = XmmMem::from(Mem::base(RSI));
    c.check(|a| a.v3(VecOp::PAND, XMM1, XMM2, mem), "vpand xmm1,xmm2,[rsi*1+0x0]");
}

#[test]
fn integer_register_pairs() {
    let mut c = Checker::new(true);
    for w in WIDTHS {
        for dst in all_gprs() {
            for src in all_gprs() {
                let (d, s) = (name(w, dst), name(w, src));
                c.check(|a| a.mov(w, dst, src), &format!("mov {d},{s}"));
                c.check(|a| a.test(w, dst, src), &format!("test {d},{s}"));
                c.check(|a| a.xadd(w, dst, src), &format!("xadd {d},{s}"));
                c.check(|a| a.cmpxchg(w, dst, src), &format!("cmpxchg {d},{s}"));
                for op in ALUS {
                    c.check(|a| a.alu(op, w, dst, src), &format!("{} {d},{s}", lower(op)));
                }
                exchange(&mut c, w, dst, src);
            }
        }
    }
}

fn exchange(c: &mut Checker, w: Width, dst: Gpr, src: Gpr) {
    let (d, s) = (name(w, dst), name(w, src));
    // The form with RAX in the opcode names the other register first.
    let short = w != Width::B8 && dst != src && (dst == RAX || src == RAX);
    let text = match short {
        true if dst == RAX => format!("xchg {s},{d}"),
        _ => format!("xchg {d},{s}"),
    };
    c.check(|a| a.xchg(w, dst, src), &text);
    if short && w == Width::W32 && dst < R8 && src < R8 {
        assert_eq!(c.asm.pos(), 1);
    }
}

#[test]
fn word_register_pairs() {
    let mut c = Checker::new(true);
    for w in WORDS {
        for dst in all_gprs() {
            for src in all_gprs() {
                let (d, s) = (name(w, dst), name(w, src));
                let pair = format!("{d},{s}");
                c.check(|a| a.imul(w, dst, src), &format!("imul {pair}"));
                c.check(|a| a.bsf(w, dst, src), &format!("bsf {pair}"));
                c.check(|a| a.bsr(w, dst, src), &format!("bsr {pair}"));
                c.check(|a| a.tzcnt(w, dst, src), &format!("tzcnt {pair}"));
                c.check(|a| a.lzcnt(w, dst, src), &format!("lzcnt {pair}"));
                c.check(|a| a.popcnt(w, dst, src), &format!("popcnt {pair}"));
                c.check(|a| a.shld_imm(w, dst, src, 5), &format!("shld {pair},0x5"));
                c.check(|a| a.shrd_imm(w, dst, src, 9), &format!("shrd {pair},0x9"));
                for op in [BitTest::Bt, BitTest::Bts, BitTest::Btr, BitTest::Btc] {
                    c.check(|a| a.bit_test(op, w, dst, src), &format!("{} {pair}", lower(op)));
                }
                for cond in Cond::ALL {
                    let text = format!("cmov{} {pair}", lower(cond));
                    c.check(|a| a.cmov(cond, w, dst, src), &text);
                }
            }
        }
    }
}

#[test]
fn extending_moves() {
    let mut c = Checker::new(true);
    let forms = |from: Width, to: Width| match from {
        Width::B8 | Width::W16 => ("movzx", "movsx"),
        Width::W32 if to == Width::W64 => ("mov", "movsxd"),
        _ => ("mov", "mov"),
    };
    for from in WIDTHS {
        for to in BIG {
            let (zero, sign) = forms(from, to);
            let wide = if from == Width::W64 { from } else { Width::W32 };
            let to_name = if from == Width::W64 { from } else { to };
            for dst in all_gprs() {
                let (z, s) = (name(wide, dst), name(to_name, dst));
                for src in all_gprs() {
                    let n = name(from, src);
                    c.check(|a| a.movzx(from, dst, src), &format!("{zero} {z},{n}"));
                    c.check(|a| a.movsx(to, from, dst, src), &format!("{sign} {s},{n}"));
                }
                for place in some_places() {
                    let (m, t) = (place.mem(), place.text());
                    let size = from.bytes();
                    c.check_mem(|a| a.movzx(from, dst, m), &format!("{zero} {z},{t}"), size);
                    c.check_mem(|a| a.movsx(to, from, dst, m), &format!("{sign} {s},{t}"), size);
                }
            }
        }
    }
}

#[test]
fn integer_memory_forms() {
    let mut c = Checker::new(true);
    for place in some_places() {
        let (m, t) = (place.mem(), place.text());
        for w in WIDTHS {
            for reg in GPRS {
                memory_and_register(&mut c, w, reg, m, &t);
                if w != Width::B8 {
                    memory_and_word(&mut c, w, reg, m, &t);
                }
            }
            for op in [Unary::Not, Unary::Neg, Unary::Inc, Unary::Dec] {
                let text = format!("{} {t}", lower(op));
                c.check_mem(|a| a.unary(op, w, m), &text, w.bytes());
                let text = format!("lock {text}");
                c.check_mem(|a| a.lock_unary(op, w, m), &text, w.bytes());
            }
        }
        for cond in Cond::ALL {
            c.check_mem(|a| a.setcc(cond, m), &format!("set{} {t}", lower(cond)), 1);
        }
        c.check_mem(|a| a.push_mem(m), &format!("push {t}"), 8);
        c.check_mem(|a| a.pop_mem(m), &format!("pop {t}"), 8);
        c.check_mem(|a| a.jmp_rm(m), &format!("jmp {t}"), 8);
        c.check_mem(|a| a.call_rm(m), &format!("call {t}"), 8);
        c.check_mem(|a| a.ldmxcsr(m), &format!("ldmxcsr {t}"), 4);
        c.check_mem(|a| a.stmxcsr(m), &format!("stmxcsr {t}"), 4);
        c.check(|a| a.prefetch(m), &format!("prefetcht0 {t}"));
        c.check(|a| a.prefetchw(m), &format!("prefetchw {t}"));
        c.check_mem(|a| a.lock_cmpxchg8b(m), &format!("lock cmpxchg8b {t}"), 8);
        c.check_mem(|a| a.lock_cmpxchg16b(m), &format!("lock cmpxchg16b {t}"), 16);
    }
}

fn memory_and_register(c: &mut Checker, w: Width, reg: Gpr, m: Mem, t: &str) {
    let (r, size) = (name(w, reg), w.bytes());
    c.check_mem(|a| a.mov(w, reg, m), &format!("mov {r},{t}"), size);
    c.check_mem(|a| a.store(w, m, reg), &format!("mov {t},{r}"), size);
    c.check_mem(|a| a.test(w, m, reg), &format!("test {t},{r}"), size);
    c.check_mem(|a| a.xchg_mem(w, m, reg), &format!("xchg {t},{r}"), size);
    c.check_mem(|a| a.xadd(w, m, reg), &format!("xadd {t},{r}"), size);
    c.check_mem(|a| a.lock_xadd(w, m, reg), &format!("lock xadd {t},{r}"), size);
    c.check_mem(|a| a.cmpxchg(w, m, reg), &format!("cmpxchg {t},{r}"), size);
    c.check_mem(|a| a.lock_cmpxchg(w, m, reg), &format!("lock cmpxchg {t},{r}"), size);
    for op in ALUS {
        let n = lower(op);
        c.check_mem(|a| a.alu(op, w, reg, m), &format!("{n} {r},{t}"), size);
        c.check_mem(|a| a.alu_store(op, w, m, reg), &format!("{n} {t},{r}"), size);
        if op != Alu::Cmp {
            c.check_mem(|a| a.lock_alu(op, w, m, reg), &format!("lock {n} {t},{r}"), size);
        }
    }
    let d = name(if w == Width::W64 { w } else { Width::W32 }, reg);
    c.check_mem(|a| a.crc32(w, reg, m), &format!("crc32 {d},{t}"), size);
}

fn memory_and_word(c: &mut Checker, w: Width, reg: Gpr, m: Mem, t: &str) {
    let (r, size) = (name(w, reg), w.bytes());
    c.check_mem(|a| a.imul(w, reg, m), &format!("imul {r},{t}"), size);
    c.check_mem(|a| a.bsf(w, reg, m), &format!("bsf {r},{t}"), size);
    c.check_mem(|a| a.bsr(w, reg, m), &format!("bsr {r},{t}"), size);
    c.check_mem(|a| a.tzcnt(w, reg, m), &format!("tzcnt {r},{t}"), size);
    c.check_mem(|a| a.lzcnt(w, reg, m), &format!("lzcnt {r},{t}"), size);
    c.check_mem(|a| a.popcnt(w, reg, m), &format!("popcnt {r},{t}"), size);
    c.check_mem(|a| a.cmov(Cond::LE, w, reg, m), &format!("cmovle {r},{t}"), size);
    c.check_mem(|a| a.movbe_load(w, reg, m), &format!("movbe {r},{t}"), size);
    c.check_mem(|a| a.movbe_store(w, m, reg), &format!("movbe {t},{r}"), size);
    c.check_mem(|a| a.shld_imm(w, m, reg, 7), &format!("shld {t},{r},0x7"), size);
    c.check_mem(|a| a.shrd_imm(w, m, reg, 7), &format!("shrd {t},{r},0x7"), size);
}

#[test]
fn integer_immediates() {
    let mut c = Checker::new(true);
    for value in IMMS {
        for w in WIDTHS {
            for reg in all_gprs() {
                immediate_and_register(&mut c, w, reg, value);
            }
            for place in some_places() {
                let (m, t, i) = (place.mem(), place.text(), imm(w, value));
                let size = w.bytes();
                for op in ALUS {
                    let text = format!("{} {t},{i}", lower(op));
                    c.check_mem(|a| a.alu_imm(op, w, m, value), &text, size);
                    if op != Alu::Cmp {
                        let text = format!("lock {text}");
                        c.check_mem(|a| a.lock_alu_imm(op, w, m, value), &text, size);
                    }
                }
                c.check_mem(|a| a.test_imm(w, m, value), &format!("test {t},{i}"), size);
                c.check_mem(|a| a.store_imm(w, m, value), &format!("mov {t},{i}"), size);
                if w != Width::B8 {
                    let text = format!("imul {},{t},{i}", name(w, R9));
                    c.check_mem(|a| a.imul_imm(w, R9, m, value), &text, size);
                }
            }
        }
        let text = format!("push {:#x}", i64::from(value));
        c.check(|a| a.push_imm(value), &text);
    }
}

fn immediate_and_register(c: &mut Checker, w: Width, reg: Gpr, value: i32) {
    let i = imm(w, value);
    for op in ALUS {
        // A mask without its sign bit clears the upper half in either width.
        let seen = match (op, w) {
            (Alu::And, Width::W64) if value >= 0 => Width::W32,
            _ => w,
        };
        let text = format!("{} {},{i}", lower(op), name(seen, reg));
        c.check(|a| a.alu_imm(op, w, reg, value), &text);
    }
    let seen = match w {
        _ if (0..128).contains(&value) => Width::B8,
        Width::W64 if value >= 0 => Width::W32,
        _ => w,
    };
    c.check(|a| a.test_imm(w, reg, value), &format!("test {},{}", name(seen, reg), imm(w, value)));
    if w != Width::B8 {
        let text = format!("imul {},{},{i}", name(w, reg), name(w, R11));
        c.check(|a| a.imul_imm(w, reg, R11, value), &text);
    }
}

#[test]
fn constants_and_their_lengths() {
    let mut c = Checker::new(true);
    for reg in all_gprs() {
        let (r, e) = (name(Width::W64, reg), name(Width::W32, reg));
        let rex = usize::from(reg >= R8);
        c.check_len(|a| a.mov_imm(reg, 0), &format!("mov {e},0x0"), 5 + rex);
        c.check_len(|a| a.mov_imm(reg, 0xFFFF_FFFF), &format!("mov {e},0xffffffff"), 5 + rex);
        c.check_len(|a| a.mov_imm(reg, u64::MAX), &format!("mov {r},0xffffffffffffffff"), 7);
        let text = format!("mov {r},0x123456789abcdef0");
        c.check_len(|a| a.mov_imm(reg, 0x1234_5678_9ABC_DEF0), &text, 10);
        c.check_len(|a| a.mov_imm(reg, 1 << 63), &format!("mov {r},0x8000000000000000"), 10);
        c.check(|a| a.mov_imm64(reg, 7), &format!("mov {r},0x7"));
        assert_eq!(c.asm.pos(), 10);
    }
    let (w, l) = (Width::W64, Width::W32);
    c.check_len(|a| a.alu_imm(Alu::Add, w, RCX, 1), "add rcx,0x1", 4);
    c.check_len(|a| a.alu_imm(Alu::Add, l, RCX, 1), "add ecx,0x1", 3);
    c.check_len(|a| a.alu_imm(Alu::Add, l, RAX, 1), "add eax,0x1", 3);
    c.check_len(|a| a.alu_imm(Alu::Add, l, RAX, 1000), "add eax,0x3e8", 5);
    c.check_len(|a| a.alu_imm(Alu::Add, l, RCX, 1000), "add ecx,0x3e8", 6);
    c.check_len(|a| a.alu_imm(Alu::Xor, Width::W16, RCX, 0xFFFF), "xor cx,0xffff", 4);
    c.check_len(|a| a.alu_imm(Alu::And, w, RCX, 15), "and ecx,0xf", 3);
    c.check_len(|a| a.test_imm(w, RAX, 1), "test al,0x1", 2);
    c.check_len(|a| a.test_imm(w, RCX, 1), "test cl,0x1", 3);
    c.check_len(|a| a.test_imm(w, RSI, 1), "test sil,0x1", 4);
    c.check_len(|a| a.test_imm(w, RAX, 0x80), "test eax,0x80", 5);
    c.check_len(|a| a.test_imm(Width::B8, RAX, -1), "test al,0xff", 2);
    c.check_len(|a| a.push_imm(-1), "push 0xffffffffffffffff", 2);
}

#[test]
fn shifts_and_single_bits() {
    let mut c = Checker::new(true);
    let shifts =
        [Shift::Rol, Shift::Ror, Shift::Rcl, Shift::Rcr, Shift::Shl, Shift::Shr, Shift::Sar];
    for w in WIDTHS {
        for op in shifts {
            let n = lower(op);
            for reg in all_gprs() {
                let r = name(w, reg);
                for count in [1, 2, 7, 31, 63] {
                    let text = format!("{n} {r},{count:#x}");
                    c.check(|a| a.shift_imm(op, w, reg, count), &text);
                }
                c.check(|a| a.shift_cl(op, w, reg), &format!("{n} {r},cl"));
            }
            for place in some_places() {
                let (m, t) = (place.mem(), place.text());
                c.check_mem(|a| a.shift_imm(op, w, m, 1), &format!("{n} {t},0x1"), w.bytes());
                c.check_mem(|a| a.shift_imm(op, w, m, 5), &format!("{n} {t},0x5"), w.bytes());
                c.check_mem(|a| a.shift_cl(op, w, m), &format!("{n} {t},cl"), w.bytes());
            }
        }
    }
    for w in WORDS {
        for op in [BitTest::Bt, BitTest::Bts, BitTest::Btr, BitTest::Btc] {
            let n = lower(op);
            for reg in all_gprs() {
                let text = format!("{n} {},0x9", name(w, reg));
                c.check(|a| a.bit_test_imm(op, w, reg, 9), &text);
            }
            for place in some_places() {
                let (m, text) = (place.mem(), format!("{n} {},0x9", place.text()));
                c.check_mem(|a| a.bit_test_imm(op, w, m, 9), &text, w.bytes());
                if op != BitTest::Bt {
                    let text = format!("lock {text}");
                    c.check_mem(|a| a.lock_bit_test_imm(op, w, m, 9), &text, w.bytes());
                }
            }
        }
    }
}

#[test]
fn single_register_forms() {
    let mut c = Checker::new(true);
    for reg in all_gprs() {
        let r = name(Width::W64, reg);
        c.check(|a| a.push(reg), &format!("push {r}"));
        c.check(|a| a.pop(reg), &format!("pop {r}"));
        c.check(|a| a.jmp_rm(reg), &format!("jmp {r}"));
        c.check(|a| a.call_rm(reg), &format!("call {r}"));
        for cond in Cond::ALL {
            let text = format!("set{} {}", lower(cond), name(Width::B8, reg));
            c.check(|a| a.setcc(cond, reg), &text);
        }
        for w in BIG {
            c.check(|a| a.bswap(w, reg), &format!("bswap {}", name(w, reg)));
        }
        for w in WIDTHS {
            let wide = if w == Width::W64 { w } else { Width::W32 };
            for src in all_gprs() {
                let text = format!("crc32 {},{}", name(wide, reg), name(w, src));
                c.check(|a| a.crc32(w, reg, src), &text);
            }
            for op in [
                Unary::Not,
                Unary::Neg,
                Unary::Inc,
                Unary::Dec,
                Unary::Mul,
                Unary::Imul,
                Unary::Div,
                Unary::Idiv,
            ] {
                c.check(|a| a.unary(op, w, reg), &format!("{} {}", lower(op), name(w, reg)));
            }
        }
    }
    for place in some_places() {
        for op in [Unary::Mul, Unary::Imul, Unary::Div, Unary::Idiv] {
            let text = format!("{} {}", lower(op), place.text());
            c.check_mem(|a| a.unary(op, Width::W64, place.mem()), &text, 8);
        }
    }
}

#[test]
fn bit_manipulation_extensions() {
    let mut c = Checker::new(true);
    for w in BIG {
        for dst in GPRS {
            for x in GPRS {
                for y in all_gprs() {
                    bmi_registers(&mut c, w, [dst, x, y]);
                }
                for place in some_places() {
                    bmi_memory(&mut c, w, dst, x, place.mem(), &place.text());
                }
            }
        }
    }
}

fn bmi_registers(c: &mut Checker, w: Width, [dst, x, y]: [Gpr; 3]) {
    let (d, p, q) = (name(w, dst), name(w, x), name(w, y));
    let t = format!("{d},{p},{q}");
    c.check(|a| a.rorx(w, dst, x, 11), &format!("rorx {d},{p},0xb"));
    c.check(|a| a.mulx(w, dst, x, y), &format!("mulx {t}"));
    c.check(|a| a.andn(w, dst, x, y), &format!("andn {t}"));
    c.check(|a| a.bextr(w, dst, x, y), &format!("bextr {t}"));
    c.check(|a| a.bzhi(w, dst, x, y), &format!("bzhi {t}"));
    c.check(|a| a.pext(w, dst, x, y), &format!("pext {t}"));
    c.check(|a| a.pdep(w, dst, x, y), &format!("pdep {t}"));
    c.check(|a| a.shlx(w, dst, x, y), &format!("shlx {t}"));
    c.check(|a| a.shrx(w, dst, x, y), &format!("shrx {t}"));
    c.check(|a| a.sarx(w, dst, x, y), &format!("sarx {t}"));
}

fn bmi_memory(c: &mut Checker, w: Width, dst: Gpr, x: Gpr, m: Mem, t: &str) {
    let (d, p, size) = (name(w, dst), name(w, x), w.bytes());
    c.check_mem(|a| a.rorx(w, dst, m, 11), &format!("rorx {d},{t},0xb"), size);
    c.check_mem(|a| a.mulx(w, dst, x, m), &format!("mulx {d},{p},{t}"), size);
    c.check_mem(|a| a.andn(w, dst, x, m), &format!("andn {d},{p},{t}"), size);
    c.check_mem(|a| a.pext(w, dst, x, m), &format!("pext {d},{p},{t}"), size);
    c.check_mem(|a| a.pdep(w, dst, x, m), &format!("pdep {d},{p},{t}"), size);
    c.check_mem(|a| a.bextr(w, dst, m, x), &format!("bextr {d},{t},{p}"), size);
    c.check_mem(|a| a.bzhi(w, dst, m, x), &format!("bzhi {d},{t},{p}"), size);
    c.check_mem(|a| a.shlx(w, dst, m, x), &format!("shlx {d},{t},{p}"), size);
    c.check_mem(|a| a.shrx(w, dst, m, x), &format!("shrx {d},{t},{p}"), size);
    c.check_mem(|a| a.sarx(w, dst, m, x), &format!("sarx {d},{t},{p}"), size);
}

#[test]
fn forms_without_operands() {
    let mut c = Checker::new(true);
    type Form = (fn(&mut Asm), &'static str);
    let forms: [Form; 28] = [
        (Asm::ret, "ret"),
        (Asm::int3, "int3"),
        (Asm::ud2, "ud2"),
        (Asm::lahf, "lahf"),
        (Asm::sahf, "sahf"),
        (Asm::cmc, "cmc"),
        (Asm::clc, "clc"),
        (Asm::stc, "stc"),
        (Asm::cld, "cld"),
        (Asm::std, "std"),
        (Asm::pushfq, "pushfq"),
        (Asm::popfq, "popfq"),
        (Asm::pause, "pause"),
        (Asm::mfence, "mfence"),
        (Asm::lfence, "lfence"),
        (Asm::sfence, "sfence"),
        (Asm::rdtsc, "rdtsc"),
        (Asm::rdtscp, "rdtscp"),
        (Asm::rep_movsb, "rep movsb string,string"),
        (Asm::rep_stosb, "rep stosb string,al"),
        (Asm::rep_movsq, "rep movsq string,string"),
        (Asm::rep_stosq, "rep stosq string,rax"),
        (Asm::vzeroupper, "vzeroupper"),
        (Asm::syscall, "syscall"),
        (|a| a.cdq(Width::W32), "cdq"),
        (|a| a.cdq(Width::W64), "cqo"),
        (|a| a.cdqe(Width::W32), "cwde"),
        (|a| a.cdqe(Width::W64), "cdqe"),
    ];
    for (emit, text) in forms {
        c.check(emit, text);
    }
    for count in 0..40 {
        c.asm.reset();
        c.asm.nop(count);
        assert_eq!(c.asm.pos(), count);
        let text = render(c.asm.code());
        assert_eq!(text.matches("nop").count(), count.div_ceil(9), "{count}: {text}");
    }
}
