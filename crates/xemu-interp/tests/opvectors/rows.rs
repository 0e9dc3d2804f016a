//! The instructions and the ops that stand for them.
//!
//! In templates `{t}` is the arrangement of a full vector of the row's element size, `{T}` of half
//! a vector, `{w}` that of twice the element's size, `{r}` and `{R}` the scalar registers' letters,
//! `{e}` the size in IR, `{n}` the number of elements, `{N}` half of it, `{k}` a shift amount. In
//! IR, V0 to V2 are %1 to %3, X0 to X2 %4 to %6, W0 to W2 %7 to %9.

/// An instruction on V0–V2 and X0–X2 that writes V0 or X0, and its op.
pub struct Row {
    pub asm: String,
    /// The op with ` -> ` and the size that is written, if not all of V0.
    pub ir: String,
}

fn expand(template: &str, size: char, k: u32) -> String {
    let log2 = "bhsd".find(size).expect("a size");
    let (lanes, next) = (16 >> log2, ["h", "s", "d", "q"][log2]);
    template
        .replace("{t}", &format!("{lanes}{size}"))
        .replace("{T}", &format!("{}{size}", lanes / 2))
        .replace("{w}", &format!("{}{next}", lanes / 2))
        .replace("{r}", &size.to_string())
        .replace("{R}", next)
        .replace("{e}", &format!(".{size}"))
        .replace("{n}", &lanes.to_string())
        .replace("{N}", &(lanes / 2).to_string())
        .replace("{k}", &k.to_string())
}

#[derive(Default)]
struct Rows(Vec<Row>);

impl Rows {
    /// A row for each of the sizes.
    fn add(&mut self, sizes: &str, asm: &str, ir: &str) {
        for size in sizes.chars() {
            self.0.push(Row { asm: expand(asm, size, 0), ir: expand(ir, size, 0) });
        }
    }

    fn one(&mut self, asm: &str, ir: &str) {
        self.add("b", asm, ir);
    }

    /// A row for each of the sizes and some shift amounts up to the element's bits minus `below`.
    fn shifts(&mut self, sizes: &str, below: u32, asm: &str, ir: &str) {
        for size in sizes.chars() {
            let bits = 8 << "bhsd".find(size).expect("a size");
            for k in [1 - below, 1, bits / 2 - 1, bits - 1, bits - below] {
                let row = Row { asm: expand(asm, size, k), ir: expand(ir, size, k) };
                if self.0.iter().all(|r| r.asm != row.asm) {
                    self.0.push(row);
                }
            }
        }
    }

    /// Names with sizes: instruction and op differ by the prefix `v_` alone.
    fn same(&mut self, list: &[(&str, &str)], asm: &str, ir: &str) {
        for (names, sizes) in list {
            for name in names.split(' ') {
                self.add(sizes, &asm.replace("{}", name), &ir.replace("{}", name));
            }
        }
    }
}

pub fn rows() -> Vec<Row> {
    let mut rows = Rows::default();
    integers(&mut rows);
    flags(&mut rows);
    vectors(&mut rows);
    moves(&mut rows);
    saturation(&mut rows);
    shifts(&mut rows);
    widths(&mut rows);
    floats(&mut rows);
    float_conversions(&mut rows);
    rows.0
}

fn integers(rows: &mut Rows) {
    let binary = [
        ("add", "add"),
        ("sub", "sub"),
        ("and", "and"),
        ("orr", "or"),
        ("eor", "xor"),
        ("bic", "andn"),
        ("orn", "orn"),
        ("eon", "xorn"),
        ("lsl", "shl"),
        ("lsr", "shr"),
        ("asr", "sar"),
        ("ror", "ror"),
        ("mul", "mul"),
        ("udiv", "udiv"),
        ("sdiv", "sdiv"),
        ("adc", "adc"),
        ("sbc", "sbc"),
        ("adds", "adds"),
        ("subs", "subs"),
        ("ands", "ands"),
        ("adcs", "adcs"),
        ("sbcs", "sbcs"),
    ];
    for (asm, op) in binary {
        rows.one(&format!("{asm} w0, w1, w2"), &format!("{op}32 %8 %9"));
        rows.one(&format!("{asm} x0, x1, x2"), &format!("{op}64 %5 %6"));
    }
    for (asm, op) in [("clz", "clz"), ("cls", "cls"), ("rbit", "rbit"), ("neg", "neg")] {
        rows.one(&format!("{asm} w0, w1"), &format!("{op}32 %8"));
        rows.one(&format!("{asm} x0, x1"), &format!("{op}64 %5"));
    }
    rows.one("mvn w0, w1", "not32 %8");
    rows.one("mvn x0, x1", "not64 %5");
    rows.one("rev w0, w1", "rev32 %8");
    rows.one("rev x0, x1", "rev64 %5");
    rows.one("rev16 w0, w1", "rev16_32 %8");
    rows.one("rev16 x0, x1", "rev16_64 %5");
    rows.one("rev32 x0, x1", "rev32_64 %5");
    rows.one("smulh x0, x1, x2", "smulh %5 %6");
    rows.one("umulh x0, x1, x2", "umulh %5 %6");
    rows.one("extr w0, w1, w2, #7", "extr32 7 %8 %9");
    rows.one("extr x0, x1, x2, #0", "extr64 0 %5 %6");
    rows.one("extr x0, x1, x2, #63", "extr64 63 %5 %6");
    rows.one("ubfx w0, w1, #3, #29", "ubfx32 3 29 %8");
    rows.one("ubfx x0, x1, #1, #63", "ubfx64 1 63 %5");
    rows.one("sbfx w0, w1, #3, #5", "sbfx32 3 5 %8");
    rows.one("sbfx x0, x1, #62, #2", "sbfx64 62 2 %5");
    rows.one("bfi w0, w1, #31, #1", "bfi32 31 1 %7 %8");
    rows.one("bfi x0, x1, #13, #40", "bfi64 13 40 %4 %5");
    rows.one("sxtw x0, w1", "sext %8");
    rows.one("crc32b w0, w1, w2", "crc32 .b %8 %6");
    rows.one("crc32x w0, w1, x2", "crc32 .d %8 %6");
    rows.one("crc32ch w0, w1, w2", "crc32c .h %8 %6");
    rows.one("crc32cw w0, w1, w2", "crc32c .s %8 %6");
}

fn flags(rows: &mut Rows) {
    let conditions =
        ["eq", "ne", "hs", "lo", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le"];
    for (i, cond) in conditions.iter().enumerate() {
        for name in ["csel", "csinc", "csinv", "csneg"] {
            rows.one(&format!("{name} w0, w1, w2, {cond}"), &format!("{name}32 {cond} %8 %9"));
            rows.one(&format!("{name} x0, x1, x2, {cond}"), &format!("{name}64 {cond} %5 %6"));
        }
        for name in ["ccmp", "ccmn"] {
            let imm = (i + 3) % 16;
            rows.one(
                &format!("{name} w1, w2, #{imm}, {cond}"),
                &format!("{name}32 {cond} {imm} %8 %9"),
            );
            rows.one(
                &format!("{name} x1, x2, #{imm}, {cond}"),
                &format!("{name}64 {cond} {imm} %5 %6"),
            );
        }
        rows.one(&format!("fcsel d0, d1, d2, {cond}"), &format!("v_csel {cond} %2 %3 -> .d"));
    }
    rows.one("msr nzcv, x1", "set_nzcv %8");
    rows.one("mrs x0, nzcv", "get_nzcv");
}

fn vectors(rows: &mut Rows) {
    let list = [
        ("add sub addp cmeq cmgt cmge cmhi cmhs cmtst", "bhsd"),
        ("mul smax smin umax umin sabd uabd", "bhs"),
        ("shadd uhadd srhadd urhadd shsub uhsub smaxp sminp umaxp uminp", "bhs"),
        ("zip1 zip2 uzp1 uzp2 trn1 trn2 ushl sshl urshl srshl", "bhsd"),
    ];
    rows.same(&list, "{} v0.{t}, v1.{t}, v2.{t}", "v_{} {e} %2 %3");
    let list = [("neg abs", "bhsd"), ("clz cls", "bhs")];
    rows.same(&list, "{} v0.{t}, v1.{t}", "v_{} {e} %2");
    rows.same(&[("pmul", "b")], "{} v0.16b, v1.16b, v2.16b", "v_{} %2 %3");
    rows.same(&[("cnt rbit not", "b")], "{} v0.16b, v1.16b", "v_{} %2");
    rows.same(&[("urecpe ursqrte", "s")], "{} v0.4s, v1.4s", "v_{} %2");
    rows.same(&[("saddlp uaddlp", "bhs")], "{} v0.{w}, v1.{t}", "v_{} {e} %2");
    let across = [("addv smaxv sminv umaxv uminv", "bhs")];
    rows.same(&across, "{} {r}0, v1.{t}", "v_{} {e} {n} %2");
    let across = [("addv smaxv sminv umaxv uminv", "bh")];
    rows.same(&across, "{} {r}0, v1.{T}", "v_{} {e} {N} %2");
    rows.same(&[("saddlv uaddlv", "bhs")], "{} {R}0, v1.{t}", "v_{} {e} {n} %2");
    rows.same(&[("saddlv uaddlv", "bh")], "{} {R}0, v1.{T}", "v_{} {e} {N} %2");
    let dot = [("sdot udot usdot", "s")];
    rows.same(&dot, "{} v0.4s, v1.16b, v2.16b", "v_{} %1 %2 %3");
    let mmla = [("smmla ummla usmmla", "s")];
    rows.same(&mmla, "{} v0.4s, v1.16b, v2.16b", "v_{} %1 %2 %3");
    let bitwise = [("and", "and"), ("orr", "or"), ("eor", "xor"), ("bic", "andn"), ("orn", "orn")];
    for (asm, op) in bitwise {
        rows.one(&format!("{asm} v0.16b, v1.16b, v2.16b"), &format!("v_{op} %2 %3"));
    }
    rows.one("bsl v0.16b, v1.16b, v2.16b", "v_bsl %1 %2 %3");
}

fn moves(rows: &mut Rows) {
    rows.one("fmov d0, x1", "v_from_x %5");
    rows.one("fmov s0, w1", "v_from_w %8");
    rows.add("bhs", "dup v0.{t}, w1", "v_dup_x {e} %5");
    rows.add("bhsd", "dup v0.{t}, v1.{r}[1]", "v_dup {e} 1 %2");
    rows.add("bhs", "mov v0.{r}[3], w1", "v_ins_x {e} 3 %1 %5");
    rows.add("bhsd", "mov v0.{r}[0], v1.{r}[1]", "v_ins {e} 0 %1 %2 #0x1");
    rows.add("bhs", "umov w0, v1.{r}[2]", "v_umov {e} 2 %2");
    rows.add("bhs", "smov x0, v1.{r}[3]", "v_smov {e} 3 %2");
    rows.one("ext v0.16b, v1.16b, v2.16b, #0", "v_ext 0 %2 %3");
    rows.one("ext v0.16b, v1.16b, v2.16b, #11", "v_ext 11 %2 %3");
    rows.one("tbx v0.16b, {v1.16b}, v2.16b", "v_tbx 0 %1 %2 %3");
    rows.one("rev16 v0.16b, v1.16b", "v_rev .b .h %2");
    rows.add("bh", "rev32 v0.{t}, v1.{t}", "v_rev {e} .s %2");
    rows.add("bhs", "rev64 v0.{t}, v1.{t}", "v_rev {e} .d %2");
}

fn saturation(rows: &mut Rows) {
    let list =
        [("sqadd uqadd sqsub uqsub sqshl uqshl sqrshl uqrshl", "bhsd"), ("sqdmulh sqrdmulh", "hs")];
    rows.same(&list, "{} v0.{t}, v1.{t}, v2.{t}", "v_{} {e} {n} %2 %3");
    rows.same(&list, "{} {r}0, {r}1, {r}2", "v_{} {e} 1 %2 %3 -> {e}");
    rows.same(&[("suqadd usqadd", "bhsd")], "{} v0.{t}, v1.{t}", "v_{} {e} {n} %1 %2");
    rows.same(&[("sqabs sqneg", "bhsd")], "{} v0.{t}, v1.{t}", "v_{} {e} {n} %2");
    let list = [("sqrdmlah sqrdmlsh", "hs")];
    rows.same(&list, "{} v0.{t}, v1.{t}, v2.{t}", "v_{} {e} {n} %1 %2 %3");
    rows.same(&[("sqxtn uqxtn sqxtun", "bhs")], "{} v0.{T}, v1.{w}", "v_{} {e} {N} %2");
    rows.same(&[("sqxtn uqxtn sqxtun", "bhs")], "{} {r}0, {R}1", "v_{} {e} 1 %2 -> {e}");
    rows.same(&[("sqdmull", "hs")], "{} v0.{w}, v1.{T}, v2.{T}", "v_{} {e} {N} %2 %3");
    for (name, op) in [("sqshl", "sqshl"), ("uqshl", "uqshl"), ("sqshlu", "sqshlu")] {
        rows.shifts(
            "bhsd",
            1,
            &format!("{name} v0.{{t}}, v1.{{t}}, #{{k}}"),
            &format!("v_{op}_imm {{e}} {{n}} %2 #{{k}}"),
        );
    }
}

fn shifts(rows: &mut Rows) {
    rows.shifts("bhsd", 1, "shl v0.{t}, v1.{t}, #{k}", "v_shl {e} {k} %2");
    rows.shifts("bhsd", 1, "sli v0.{t}, v1.{t}, #{k}", "v_sli {e} {k} %1 %2");
    rows.shifts("bhsd", 0, "sri v0.{t}, v1.{t}, #{k}", "v_sri {e} {k} %1 %2");
    for name in ["ushr", "sshr", "urshr", "srshr"] {
        let asm = format!("{name} v0.{{t}}, v1.{{t}}, #{{k}}");
        rows.shifts("bhsd", 0, &asm, &format!("v_{name} {{e}} {{k}} %2"));
    }
}

fn widths(rows: &mut Rows) {
    rows.same(&[("sxtl uxtl", "bhs")], "{} v0.{w}, v1.{T}", "v_{} {e} 0 %2");
    rows.same(&[("sxtl uxtl", "bhs")], "{}2 v0.{w}, v1.{t}", "v_{} {e} 1 %2");
    let list = [("smull umull", "bhs"), ("pmull", "b")];
    rows.same(&list, "{} v0.{w}, v1.{T}, v2.{T}", "v_{} {e} 0 %2 %3");
    rows.same(&list, "{}2 v0.{w}, v1.{t}, v2.{t}", "v_{} {e} 1 %2 %3");
    rows.same(&[("xtn", "bhs")], "{} v0.{T}, v1.{w}", "v_{} {e} %2");
}

fn floats(rows: &mut Rows) {
    for name in ["add", "sub", "mul", "div", "mulx", "max", "min", "maxnm", "minnm"] {
        let ir = format!("f_{name} {{e}} vector %2 %3");
        rows.add("hsd", &format!("f{name} v0.{{t}}, v1.{{t}}, v2.{{t}}"), &ir);
        let ir = format!("f_{name} {{e}} scalar %2 %3 -> {{e}}");
        rows.add("hsd", &format!("f{name} {{r}}0, {{r}}1, {{r}}2"), &ir);
    }
    for name in ["recps", "rsqrts", "cmeq", "cmge", "cmgt", "acge", "acgt"] {
        let ir = format!("f_{name} {{e}} vector %2 %3");
        rows.add("hsd", &format!("f{name} v0.{{t}}, v1.{{t}}, v2.{{t}}"), &ir);
    }
    for name in ["sqrt", "abs", "neg", "recpe", "rsqrte"] {
        let ir = format!("f_{name} {{e}} vector %2");
        rows.add("hsd", &format!("f{name} v0.{{t}}, v1.{{t}}"), &ir);
    }
    rows.add("hsd", "frecpx {r}0, {r}1", "f_recpx {e} scalar %2 -> {e}");
    rows.add("hsd", "fmla v0.{t}, v1.{t}, v2.{t}", "f_madd {e} vector %1 %2 %3");
    rows.add("hsd", "fmadd {r}0, {r}1, {r}2, {r}0", "f_madd {e} scalar %1 %2 %3 -> {e}");
    rows.one("fmlal v0.4s, v1.4h, v2.4h", "f_mlal %1 %2 %3");
    for (name, kind) in [("n", 0), ("p", 1), ("m", 2), ("z", 3), ("a", 4), ("i", 5), ("x", 6)] {
        let ir = format!("f_rint {{e}} vector %2 #{kind}");
        rows.add("hsd", &format!("frint{name} v0.{{t}}, v1.{{t}}"), &ir);
    }
    for (name, kind) in [("32x", 7), ("32z", 8), ("64x", 9), ("64z", 10)] {
        let ir = format!("f_rint {{e}} vector %2 #{kind}");
        rows.add("sd", &format!("frint{name} v0.{{t}}, v1.{{t}}"), &ir);
    }
    for turns in 0..4 {
        let angle = turns * 90;
        let ir = format!("f_cmla {{e}} %1 %2 %3 #{turns}");
        rows.add("hsd", &format!("fcmla v0.{{t}}, v1.{{t}}, v2.{{t}}, #{angle}"), &ir);
        if turns % 2 == 1 {
            let ir = format!("f_cadd {{e}} %2 %3 #{turns}");
            rows.add("hsd", &format!("fcadd v0.{{t}}, v1.{{t}}, v2.{{t}}, #{angle}"), &ir);
        }
    }
    rows.add("hsd", "fcmp {r}1, {r}2", "f_cmp {e} 0 %2 %3");
    rows.add("hsd", "fcmpe {r}1, {r}2", "f_cmp {e} 1 %2 %3");
    rows.add("hsd", "fccmp {r}1, {r}2, #6, ge", "f_ccmp {e} ge %2 %3 #0x6");
    rows.add("hsd", "fccmpe {r}1, {r}2, #9, ls", "f_ccmp {e} ls %2 %3 #0x19");
}

fn float_conversions(rows: &mut Rows) {
    for (from, to) in ["hs", "hd", "sh", "sd", "dh", "ds"].map(|s| s.split_at(1)) {
        let ir = format!("f_cvt .{from} .{to} %2 -> .{to}");
        rows.one(&format!("fcvt {to}0, {from}1"), &ir);
    }
    rows.add("hs", "fcvtl v0.{w}, v1.{T}", "f_cvtl {e} %2");
    rows.add("hs", "fcvtn v0.{T}, v1.{w}", "f_cvtn {e} %2");
    rows.one("fcvtxn v0.2s, v1.2d", "f_cvtxn vector %2");
    rows.one("fcvtxn s0, d1", "f_cvtxn scalar %2 -> .s");
    for (sign, flag) in [("s", 0), ("u", 0x100)] {
        for round in ["n", "p", "m", "z", "a"] {
            let ir = format!("v_f_to_i {{e}} {round} %2 #{flag}");
            rows.add("hsd", &format!("fcvt{round}{sign} v0.{{t}}, v1.{{t}}"), &ir);
            let ir = format!("f_to_i32 {{e}} {round} %2 #{flag}");
            rows.add("hsd", &format!("fcvt{round}{sign} w0, {{r}}1"), &ir);
            let ir = format!("f_to_i64 {{e}} {round} %2 #{flag}");
            rows.add("hsd", &format!("fcvt{round}{sign} x0, {{r}}1"), &ir);
        }
        let ir = format!("f_to_i64 {{e}} z %2 #{}", flag + 9);
        rows.add("hsd", &format!("fcvtz{sign} x0, {{r}}1, #9"), &ir);
        let ir = format!("v_f_to_i {{e}} z %2 #{}", flag + 16);
        rows.add("hsd", &format!("fcvtz{sign} v0.{{t}}, v1.{{t}}, #16"), &ir);
        let ir = format!("v_f_to_i {{e}} z %2 #{} -> {{e}}", flag + 0x203);
        rows.add("hsd", &format!("fcvtz{sign} {{r}}0, {{r}}1, #3"), &ir);
        let unsigned = flag >> 8;
        rows.add(
            "hsd",
            &format!("{sign}cvtf {{r}}0, w1"),
            &format!("i32_to_f {{e}} {unsigned} %8 #0 -> {{e}}"),
        );
        rows.add(
            "hsd",
            &format!("{sign}cvtf {{r}}0, x1, #33"),
            &format!("i64_to_f {{e}} {unsigned} %5 #33 -> {{e}}"),
        );
        let ir = format!("v_i_to_f {{e}} vector %2 #{flag}");
        rows.add("hsd", &format!("{sign}cvtf v0.{{t}}, v1.{{t}}"), &ir);
        let ir = format!("v_i_to_f {{e}} scalar %2 #{} -> {{e}}", flag + 5);
        rows.add("hsd", &format!("{sign}cvtf {{r}}0, {{r}}1, #5"), &ir);
    }
    rows.one("fjcvtzs w0, d1", "f_jcvtzs %2");
}
