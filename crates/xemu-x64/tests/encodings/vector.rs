//! Vector operations in both encodings.

use crate::support::{
    BIG, COMMUTING, Checker, GPRS, Place, XMMS, all_xmms, lower, name, some_places, sort_sources,
};
use xemu_x64::asm::{
    FmaForm, FmaKind, FpCmp, FpLanes, Gpr, Mem, Rounding, ShaOp, VecBlend, VecMove, VecOp,
    VecOpImm, VecShift, VecUnary, VecUnaryImm, VexOp, VexUnary, Width, Xmm, reg::*,
};

/// Text of `op dst, a, b` in either encoding; `tail` is the rest of the operands.
fn three(avx: bool, op: &str, dst: Xmm, a: Xmm, b: &str, tail: &str) -> String {
    let (d, x) = (lower(dst), lower(a));
    if avx {
        let mut operands = [d, x, b.to_owned()];
        let op = format!("v{op}");
        sort_sources(&op, &mut operands);
        format!("{op} {}{tail}", operands.join(","))
    } else if dst == a {
        format!("{op} {d},{b}{tail}")
    } else if b == d {
        format!("{op} {d},{x}{tail}")
    } else {
        format!("movaps {d},{x}; {op} {d},{b}{tail}")
    }
}

/// Text of `op dst, src` in either encoding.
fn two(avx: bool, op: &str, operands: &str) -> String {
    format!("{}{op} {operands}", if avx { "v" } else { "" })
}

fn both() -> [Checker; 2] {
    [Checker::new(false), Checker::new(true)]
}

/// The legacy encoding of this combination would lose its second source.
fn clashes(c: &Checker, op: &str, dst: Xmm, a: Xmm, b: Xmm) -> bool {
    !c.asm.avx() && b == dst && a != dst && !COMMUTING.contains(&op)
}

#[test]
fn two_sources() {
    for mut c in both() {
        let avx = c.asm.avx();
        for &(upper, op) in VecOp::ALL {
            let n = upper.to_lowercase();
            for dst in XMMS {
                for a in XMMS {
                    for b in XMMS {
                        if !clashes(&c, &n, dst, a, b) {
                            let text = three(avx, &n, dst, a, &lower(b), "");
                            c.check(|asm| asm.v3(op, dst, a, b), &text);
                        }
                    }
                    for place in some_places() {
                        let text = three(avx, &n, dst, a, &place.text(), "");
                        c.check(|asm| asm.v3(op, dst, a, place.mem()), &text);
                    }
                }
            }
        }
    }
}

#[test]
fn all_registers() {
    for mut c in both() {
        let avx = c.asm.avx();
        for dst in all_xmms() {
            for a in all_xmms() {
                for b in all_xmms() {
                    let text = three(avx, "paddd", dst, a, &lower(b), "");
                    c.check(|asm| asm.v3(VecOp::PADDD, dst, a, b), &text);
                    let short = b < XMM8 || a < XMM8;
                    if avx {
                        assert_eq!(c.asm.pos(), if short { 4 } else { 5 }, "{text}");
                    }
                    if !clashes(&c, "subps", dst, a, b) {
                        let text = three(avx, "subps", dst, a, &lower(b), "");
                        c.check(|asm| asm.v3(VecOp::SUBPS, dst, a, b), &text);
                    }
                }
            }
        }
    }
}

#[test]
fn a_temporary_saves_the_second_source() {
    let [mut sse, mut avx] = both();
    let text = "movaps xmm7,xmm1; movaps xmm1,xmm2; subps xmm1,xmm7";
    sse.check(|a| a.v3_tmp(VecOp::SUBPS, XMM1, XMM2, XMM1, XMM7), text);
    sse.check(|a| a.v3_tmp(VecOp::PADDB, XMM1, XMM2, XMM1, XMM7), "paddb xmm1,xmm2");
    sse.check(|a| a.v3_tmp(VecOp::SUBPS, XMM1, XMM1, XMM1, XMM7), "subps xmm1,xmm1");
    sse.check(|a| a.v3_tmp(VecOp::SUBPS, XMM1, XMM1, XMM3, XMM7), "subps xmm1,xmm3");
    avx.check(|a| a.v3_tmp(VecOp::SUBPS, XMM1, XMM2, XMM1, XMM7), "vsubps xmm1,xmm2,xmm1");
    let text = "movaps xmm7,xmm1; movaps xmm1,xmm2; shufps xmm1,xmm7,0x1b";
    sse.check(|a| a.v3_imm_tmp(VecOpImm::SHUFPS, XMM1, XMM2, XMM1, 0x1B, XMM7), text);
    let text = "vshufps xmm1,xmm2,xmm1,0x1b";
    avx.check(|a| a.v3_imm_tmp(VecOpImm::SHUFPS, XMM1, XMM2, XMM1, 0x1B, XMM7), text);
}

#[test]
#[should_panic(expected = "keeps its second source")]
fn a_legacy_operation_never_loses_its_source() {
    Checker::new(false).asm.v3(VecOp::SUBPS, XMM1, XMM2, XMM1);
}

#[test]
fn two_sources_and_an_immediate() {
    for mut c in both() {
        let avx = c.asm.avx();
        for &(upper, op) in VecOpImm::ALL {
            let n = upper.to_lowercase();
            for dst in XMMS {
                for a in XMMS {
                    for b in XMMS {
                        if !clashes(&c, &n, dst, a, b) {
                            let text = three(avx, &n, dst, a, &lower(b), ",0x7");
                            c.check(|asm| asm.v3_imm(op, dst, a, b, 7), &text);
                        }
                    }
                    for place in some_places() {
                        let text = three(avx, &n, dst, a, &place.text(), ",0xff");
                        c.check(|asm| asm.v3_imm(op, dst, a, place.mem(), 0xFF), &text);
                    }
                }
            }
        }
    }
    let mut sse = Checker::new(false);
    let predicate = FpCmp::Unord as u8;
    let text = "cmpsd xmm1,xmm2,0x3";
    sse.check(|a| a.v3_imm(VecOpImm::CMPSD, XMM1, XMM1, XMM2, predicate), text);
    let mode = Rounding::Zero as u8 | Rounding::QUIET;
    let text = "roundss xmm1,xmm2,0xb";
    sse.check(|a| a.v3_imm(VecOpImm::ROUNDSS, XMM1, XMM1, XMM2, mode), text);
}

#[test]
fn one_source() {
    for mut c in both() {
        let avx = c.asm.avx();
        for dst in all_xmms() {
            let d = lower(dst);
            for src in all_xmms() {
                let s = lower(src);
                for &(upper, op) in VecUnary::ALL {
                    let text = two(avx, &upper.to_lowercase(), &format!("{d},{s}"));
                    c.check(|a| a.v2(op, dst, src), &text);
                }
                for &(upper, op) in VecUnaryImm::ALL {
                    let text = two(avx, &upper.to_lowercase(), &format!("{d},{s},0x1b"));
                    c.check(|a| a.v2_imm(op, dst, src, 0x1B), &text);
                }
                shifts(&mut c, dst, src);
                moves(&mut c, dst, src);
            }
            for place in some_places() {
                let (m, t) = (place.mem(), place.text());
                for &(upper, op) in VecUnary::ALL {
                    let text = two(avx, &upper.to_lowercase(), &format!("{d},{t}"));
                    c.check(|a| a.v2(op, dst, m), &text);
                }
                for &(upper, op) in VecUnaryImm::ALL {
                    let text = two(avx, &upper.to_lowercase(), &format!("{d},{t},0x1b"));
                    c.check(|a| a.v2_imm(op, dst, m, 0x1B), &text);
                }
                loads_and_stores(&mut c, dst, place);
            }
        }
    }
}

fn shifts(c: &mut Checker, dst: Xmm, src: Xmm) {
    let (d, s) = (lower(dst), lower(src));
    for &(upper, op) in VecShift::ALL {
        let n = upper.to_lowercase();
        let text = match (c.asm.avx(), dst == src) {
            (true, _) => format!("v{n} {d},{s},0x9"),
            (false, true) => format!("{n} {d},0x9"),
            (false, false) => format!("movaps {d},{s}; {n} {d},0x9"),
        };
        c.check(|a| a.vshift(op, dst, src, 9), &text);
    }
}

fn moves(c: &mut Checker, dst: Xmm, src: Xmm) {
    let avx = c.asm.avx();
    let (d, s) = (lower(dst), lower(src));
    let text = if dst == src { String::new() } else { two(avx, "movaps", &format!("{d},{s}")) };
    c.check(|a| a.vmov(dst, src), &text);
    if avx && dst != src {
        let long = dst >= XMM8 && src >= XMM8;
        assert_eq!(c.asm.pos(), if long { 5 } else { 4 }, "{text}");
    }
    c.check(|a| a.movq(dst, src), &two(avx, "movq", &format!("{d},{s}")));
    for a in XMMS {
        if clashes(c, "mov", dst, a, src) {
            continue;
        }
        let text = |n| three(avx, n, dst, a, &s, "");
        c.check(|asm| asm.movss(dst, a, src), &text("movss"));
        c.check(|asm| asm.movsd(dst, a, src), &text("movsd"));
        c.check(|asm| asm.movhlps(dst, a, src), &text("movhlps"));
        c.check(|asm| asm.movlhps(dst, a, src), &text("movlhps"));
    }
}

fn loads_and_stores(c: &mut Checker, reg: Xmm, place: Place) {
    let avx = c.asm.avx();
    let (m, t, r) = (place.mem(), place.text(), lower(reg));
    for &(upper, op) in VecMove::ALL {
        let n = upper.to_lowercase();
        let size = match n.as_str() {
            "movss" | "movd" => 4,
            "movsd" | "movq" => 8,
            _ => 16,
        };
        c.check_mem(|a| a.vload(op, reg, m), &two(avx, &n, &format!("{r},{t}")), size);
        c.check_mem(|a| a.vstore(op, m, reg), &two(avx, &n, &format!("{t},{r}")), size);
    }
    for a in [reg, XMM3, XMM13] {
        let text = three(avx, "movlps", reg, a, &t, "");
        c.check(|asm| asm.movlps_load(reg, a, m), &text);
        let text = three(avx, "movhps", reg, a, &t, "");
        c.check(|asm| asm.movhps_load(reg, a, m), &text);
    }
    c.check_mem(|a| a.movlps_store(m, reg), &two(avx, "movlps", &format!("{t},{r}")), 8);
    c.check_mem(|a| a.movhps_store(m, reg), &two(avx, "movhps", &format!("{t},{r}")), 8);
}

#[test]
fn zeroing() {
    let [mut sse, mut avx] = both();
    sse.check_len(|a| a.vzero(XMM3), "xorps xmm3,xmm3", 3);
    sse.check_len(|a| a.vzero(XMM9), "xorps xmm9,xmm9", 4);
    avx.check_len(|a| a.vzero(XMM3), "vxorps xmm3,xmm3,xmm3", 4);
    avx.check_len(|a| a.vzero(XMM9), "vxorps xmm9,xmm0,xmm0", 4);
}

#[test]
fn general_purpose_exchange() {
    for mut c in both() {
        for x in XMMS {
            for reg in GPRS {
                for w in BIG {
                    let r = name(w, reg);
                    let n = if w == Width::W64 { "movq" } else { "movd" };
                    let avx = c.asm.avx();
                    let text = two(avx, n, &format!("{},{r}", lower(x)));
                    c.check(|a| a.movd_from_gpr(w, x, reg), &text);
                    let text = two(avx, n, &format!("{r},{}", lower(x)));
                    c.check(|a| a.movd_to_gpr(w, reg, x), &text);
                    to_integer(&mut c, w, reg, x);
                    for a in XMMS {
                        let text = three(avx, "cvtsi2ss", x, a, &r, "");
                        c.check(|asm| asm.cvtsi2ss(w, x, a, reg), &text);
                        let text = three(avx, "cvtsi2sd", x, a, &r, "");
                        c.check(|asm| asm.cvtsi2sd(w, x, a, reg), &text);
                    }
                }
                lanes(&mut c, x, reg);
            }
            for place in some_places() {
                lanes_and_memory(&mut c, x, place);
            }
        }
    }
}

fn to_integer(c: &mut Checker, w: Width, reg: Gpr, x: Xmm) {
    let avx = c.asm.avx();
    let operands = format!("{},{}", name(w, reg), lower(x));
    c.check(|a| a.cvtss2si(w, reg, x), &two(avx, "cvtss2si", &operands));
    c.check(|a| a.cvttss2si(w, reg, x), &two(avx, "cvttss2si", &operands));
    c.check(|a| a.cvtsd2si(w, reg, x), &two(avx, "cvtsd2si", &operands));
    c.check(|a| a.cvttsd2si(w, reg, x), &two(avx, "cvttsd2si", &operands));
}

const LANES: [(Width, &str); 4] =
    [(Width::B8, "b"), (Width::W16, "w"), (Width::W32, "d"), (Width::W64, "q")];

fn lanes(c: &mut Checker, x: Xmm, reg: Gpr) {
    let avx = c.asm.avx();
    let (e, xn) = (name(Width::W32, reg), lower(x));
    let operands = format!("{e},{xn}");
    c.check(|a| a.pmovmskb(reg, x), &two(avx, "pmovmskb", &operands));
    c.check(|a| a.movmskps(reg, x), &two(avx, "movmskps", &operands));
    c.check(|a| a.movmskpd(reg, x), &two(avx, "movmskpd", &operands));
    c.check(|a| a.extractps(reg, x, 2), &two(avx, "extractps", &format!("{operands},0x2")));
    for (w, letter) in LANES {
        let r = name(if w == Width::W64 { w } else { Width::W32 }, reg);
        let text = two(avx, &format!("pextr{letter}"), &format!("{r},{xn},0x1"));
        c.check(|a| a.pextr(w, reg, x, 1), &text);
        for a in XMMS {
            let text = three(avx, &format!("pinsr{letter}"), x, a, &r, ",0x1");
            c.check(|asm| asm.pinsr(w, x, a, reg, 1), &text);
        }
    }
}

fn lanes_and_memory(c: &mut Checker, x: Xmm, place: Place) {
    let avx = c.asm.avx();
    let (m, t, xn) = (place.mem(), place.text(), lower(x));
    for (w, letter) in LANES {
        let text = two(avx, &format!("pextr{letter}"), &format!("{t},{xn},0x1"));
        c.check_mem(|a| a.pextr(w, m, x, 1), &text, w.bytes());
        let text = three(avx, &format!("pinsr{letter}"), x, x, &t, ",0x1");
        c.check_mem(|a| a.pinsr(w, x, x, m, 1), &text, w.bytes());
    }
    c.check_mem(|a| a.extractps(m, x, 2), &two(avx, "extractps", &format!("{t},{xn},0x2")), 4);
    for w in BIG {
        let n = if w == Width::W64 { "movq" } else { "movd" };
        c.check_mem(|a| a.movd_from_gpr(w, x, m), &two(avx, n, &format!("{xn},{t}")), w.bytes());
        c.check_mem(|a| a.movd_to_gpr(w, m, x), &two(avx, n, &format!("{t},{xn}")), w.bytes());
        let text = three(avx, "cvtsi2ss", x, XMM2, &t, "");
        c.check(|a| a.cvtsi2ss(w, x, XMM2, m), &text);
        let text = three(avx, "cvtsi2sd", x, XMM2, &t, "");
        c.check(|a| a.cvtsi2sd(w, x, XMM2, m), &text);
        let operands = format!("{},{t}", name(w, R10));
        c.check_mem(|a| a.cvtss2si(w, R10, m), &two(avx, "cvtss2si", &operands), 4);
        c.check_mem(|a| a.cvttss2si(w, R10, m), &two(avx, "cvttss2si", &operands), 4);
        c.check_mem(|a| a.cvtsd2si(w, R10, m), &two(avx, "cvtsd2si", &operands), 8);
        c.check_mem(|a| a.cvttsd2si(w, R10, m), &two(avx, "cvttsd2si", &operands), 8);
    }
}

#[test]
fn blends_by_mask() {
    let blends = [
        ("pblendvb", VecBlend::PBLENDVB),
        ("blendvps", VecBlend::BLENDVPS),
        ("blendvpd", VecBlend::BLENDVPD),
    ];
    let [mut sse, mut avx] = both();
    for (n, op) in blends {
        for (dst, a) in [(XMM1, XMM1), (XMM9, XMM2), (XMM3, XMM14)] {
            for b in XMMS {
                for mask in XMMS {
                    let tail = format!(",{}", lower(mask));
                    let text = three(true, n, dst, a, &lower(b), &tail);
                    avx.check(|asm| asm.blendv(op, dst, a, b, mask), &text);
                }
                let text = three(false, n, dst, a, &lower(b), "");
                sse.check(|asm| asm.blendv(op, dst, a, b, XMM0), &text);
            }
            for place in some_places() {
                let (m, t) = (place.mem(), place.text());
                let text = three(true, n, dst, a, &t, ",xmm11");
                avx.check(|asm| asm.blendv(op, dst, a, m, XMM11), &text);
                let text = three(false, n, dst, a, &t, "");
                sse.check(|asm| asm.blendv(op, dst, a, m, XMM0), &text);
            }
        }
    }
}

#[test]
fn sha_stays_legacy() {
    for mut c in both() {
        for dst in XMMS {
            for src in XMMS {
                for &(upper, op) in ShaOp::ALL {
                    let text = format!("{} {},{}", upper.to_lowercase(), lower(dst), lower(src));
                    c.check(|a| a.sha(op, dst, src), &text);
                }
                let text = format!("sha1rnds4 {},{},0x2", lower(dst), lower(src));
                c.check(|a| a.sha1rnds4(dst, src, 2), &text);
            }
            for place in some_places() {
                for &(upper, op) in ShaOp::ALL {
                    let text = format!("{} {},{}", upper.to_lowercase(), lower(dst), place.text());
                    c.check(|a| a.sha(op, dst, place.mem()), &text);
                }
                let text = format!("sha1rnds4 {},{},0x2", lower(dst), place.text());
                c.check(|a| a.sha1rnds4(dst, place.mem(), 2), &text);
            }
        }
    }
}

#[test]
fn fused_multiply_add() {
    let kinds = [
        (FmaKind::Madd, "madd"),
        (FmaKind::Msub, "msub"),
        (FmaKind::Nmadd, "nmadd"),
        (FmaKind::Nmsub, "nmsub"),
        (FmaKind::MaddSub, "maddsub"),
        (FmaKind::MsubAdd, "msubadd"),
    ];
    let forms = [(FmaForm::F132, "132"), (FmaForm::F213, "213"), (FmaForm::F231, "231")];
    let lanes =
        [(FpLanes::Ps, "ps"), (FpLanes::Pd, "pd"), (FpLanes::Ss, "ss"), (FpLanes::Sd, "sd")];
    let mut c = Checker::new(true);
    for (kind, kind_name) in kinds {
        for (form, digits) in forms {
            for (lane, suffix) in lanes {
                let packed_only = matches!(kind, FmaKind::MaddSub | FmaKind::MsubAdd);
                if packed_only && suffix.starts_with('s') {
                    continue;
                }
                let n = format!("vf{kind_name}{digits}{suffix}");
                vex_three(&mut c, VexOp::fma(kind, form, lane), &n);
            }
        }
    }
}

fn vex_three(c: &mut Checker, op: VexOp, n: &str) {
    for dst in XMMS {
        for a in XMMS {
            let head = format!("{n} {},{}", lower(dst), lower(a));
            for b in XMMS {
                c.check(|asm| asm.vex3(op, dst, a, b), &format!("{head},{}", lower(b)));
            }
            for place in some_places() {
                let text = format!("{head},{}", place.text());
                c.check(|asm| asm.vex3(op, dst, a, place.mem()), &text);
            }
        }
    }
}

#[test]
fn vex_only_operations() {
    let mut c = Checker::new(true);
    for &(upper, op) in VexOp::ALL {
        vex_three(&mut c, op, &upper.to_lowercase());
    }
    for x in XMMS {
        let xn = lower(x);
        for y in XMMS {
            let yn = lower(y);
            for &(upper, op) in VexUnary::ALL {
                let text = format!("{} {xn},{yn}", upper.to_lowercase());
                c.check(|a| a.vex2(op, x, y), &text);
            }
            let text = format!("vpblendd {xn},{yn},xmm4,0x3");
            c.check(|a| a.vpblendd(x, y, XMM4, 3), &text);
            c.check(|a| a.vpermilps(x, y, 0x1B), &format!("vpermilps {xn},{yn},0x1b"));
            c.check(|a| a.vpermilpd(x, y, 1), &format!("vpermilpd {xn},{yn},0x1"));
            c.check(|a| a.vcvtps2ph(x, y, 4), &format!("vcvtps2ph {xn},{yn},0x4"));
            c.check(|a| a.vpror(false, x, y, 20), &format!("vprord {xn},{yn},0x14"));
            c.check(|a| a.vpror(true, x, y, 63), &format!("vprorq {xn},{yn},0x3f"));
        }
        for place in some_places() {
            vex_and_memory(&mut c, x, place.mem(), &place.text());
        }
    }
}

fn vex_and_memory(c: &mut Checker, x: Xmm, m: Mem, t: &str) {
    let xn = lower(x);
    for &(upper, op) in VexUnary::ALL {
        c.check(|a| a.vex2(op, x, m), &format!("{} {xn},{t}", upper.to_lowercase()));
    }
    c.check(|a| a.vpblendd(x, XMM9, m, 3), &format!("vpblendd {xn},xmm9,{t},0x3"));
    c.check(|a| a.vpermilps(x, m, 0x1B), &format!("vpermilps {xn},{t},0x1b"));
    c.check(|a| a.vpermilpd(x, m, 1), &format!("vpermilpd {xn},{t},0x1"));
    c.check_mem(|a| a.vcvtps2ph(m, x, 4), &format!("vcvtps2ph {t},{xn},0x4"), 8);
    let ymm = format!("ymm{}", x.index());
    c.check_mem(|a| a.vload256(x, m), &format!("vmovdqu {ymm},{t}"), 32);
    c.check_mem(|a| a.vstore256(m, x), &format!("vmovdqu {t},{ymm}"), 32);
}
