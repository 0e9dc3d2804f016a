//! What each instruction of the C program is here.

use super::{Operation, Outcome};
use std::collections::BTreeMap;
use xemu_guest::{Fpcr, Fpsr};
use xemu_interp::fp::Format::{Double, Half, Single};
use xemu_interp::fp::{Fixed, Format, Rounding};
use xemu_interp::{crypto, fp};

/// By the C program's name of the instruction: kind of operands and operation.
pub type Table = BTreeMap<String, (char, Operation)>;

const FORMATS: [(char, Format); 3] = [('h', Half), ('s', Single), ('d', Double)];

fn insert<F>(table: &mut Table, name: String, kind: char, f: F)
where
    F: Fn([u64; 3], Fpcr, &mut Fpsr) -> u64 + 'static,
{
    let operation = move |v: [u64; 3], fpcr: Fpcr, fpsr: &mut Fpsr| (f(v, fpcr, fpsr), 0);
    table.insert(name, (kind, Box::new(operation)));
}

pub fn operations() -> Table {
    let mut table = Table::new();
    unary(&mut table);
    binary(&mut table);
    comparisons(&mut table);
    roundings(&mut table);
    to_integers(&mut table);
    from_integers(&mut table);
    conversions(&mut table);
    sums_and_products(&mut table);
    crypto_operations(&mut table);
    table
}

fn unary(table: &mut Table) {
    type Unary = fn(Format, u64, Fpcr, &mut Fpsr) -> u64;
    let rows: [(&str, Unary); 4] = [
        ("fsqrt", fp::sqrt),
        ("frecpe", fp::recip_estimate),
        ("frsqrte", fp::rsqrt_estimate),
        ("frecpx", fp::recpx),
    ];
    for (name, f) in rows {
        for (e, fmt) in FORMATS {
            insert(table, format!("{name}_{e}"), e, move |v, c, s| f(fmt, v[0], c, s));
        }
    }
    insert(table, "urecpe".into(), 'w', |v, _, _| lanes(v[0], fp::unsigned_recip_estimate));
    insert(table, "ursqrte".into(), 'w', |v, _, _| lanes(v[0], fp::unsigned_rsqrt_estimate));
}

fn lanes(v: u64, f: fn(u32) -> u32) -> u64 {
    u64::from(f(v as u32)) | u64::from(f((v >> 32) as u32)) << 32
}

fn binary(table: &mut Table) {
    type Binary = fn(Format, u64, u64, Fpcr, &mut Fpsr) -> u64;
    let rows: [(&str, Binary); 12] = [
        ("fadd", fp::add),
        ("fsub", fp::sub),
        ("fmul", fp::mul),
        ("fdiv", fp::div),
        ("fmulx", fp::mulx),
        ("fabd", fp::abs_difference),
        ("fmax", fp::max),
        ("fmin", fp::min),
        ("fmaxnm", fp::max_num),
        ("fminnm", fp::min_num),
        ("frecps", fp::recip_step_fused),
        ("frsqrts", fp::rsqrt_step_fused),
    ];
    for (name, f) in rows {
        for (e, fmt) in FORMATS {
            insert(table, format!("{name}_{e}"), e, move |v, c, s| f(fmt, v[0], v[1], c, s));
        }
    }
    for (e, fmt) in FORMATS {
        insert(table, format!("fmadd_{e}"), e, move |v, c, s| {
            fp::mul_add(fmt, v[0], v[1], v[2], c, s)
        });
    }
}

fn comparisons(table: &mut Table) {
    type Comparison = fn(Format, u64, u64, Fpcr, &mut Fpsr) -> bool;
    let rows: [(&str, Comparison); 5] = [
        ("fcmeq", fp::compare_eq),
        ("fcmge", fp::compare_ge),
        ("fcmgt", fp::compare_gt),
        ("facge", fp::abs_compare_ge),
        ("facgt", fp::abs_compare_gt),
    ];
    for (e, fmt) in FORMATS {
        for (name, f) in rows {
            insert(table, format!("{name}_{e}"), e, move |v, c, s| {
                if f(fmt, v[0], v[1], c, s) { fmt.mask() } else { 0 }
            });
        }
        for (name, signal) in [("fcmp", false), ("fcmpe", true)] {
            insert(table, format!("{name}_{e}"), e, move |v, c, s| {
                u64::from(fp::compare(fmt, v[0], v[1], signal, c, s)) << 28
            });
        }
    }
}

fn roundings(table: &mut Table) {
    for (e, fmt) in FORMATS {
        let fixed = [
            ("frintn", Rounding::TieEven),
            ("frintp", Rounding::PlusInf),
            ("frintm", Rounding::MinusInf),
            ("frintz", Rounding::Zero),
            ("frinta", Rounding::TieAway),
        ];
        for (name, rounding) in fixed {
            insert(table, format!("{name}_{e}"), e, move |v, c, s| {
                fp::round_int(fmt, v[0], rounding, false, c, s)
            });
        }
        for (name, exact) in [("frinti", false), ("frintx", true)] {
            insert(table, format!("{name}_{e}"), e, move |v, c, s| {
                fp::round_int(fmt, v[0], Rounding::of(c), exact, c, s)
            });
        }
        for bits in [32, 64] {
            if fmt == Half {
                continue;
            }
            insert(table, format!("frint{bits}x_{e}"), e, move |v, c, s| {
                fp::round_int_n(fmt, v[0], Rounding::of(c), bits, c, s)
            });
            insert(table, format!("frint{bits}z_{e}"), e, move |v, c, s| {
                fp::round_int_n(fmt, v[0], Rounding::Zero, bits, c, s)
            });
        }
    }
}

fn to_integers(table: &mut Table) {
    let roundings = [
        ('n', Rounding::TieEven),
        ('p', Rounding::PlusInf),
        ('m', Rounding::MinusInf),
        ('z', Rounding::Zero),
        ('a', Rounding::TieAway),
    ];
    for (letter, rounding) in roundings {
        for sign in ['s', 'u'] {
            for (e, fmt) in FORMATS {
                for (width, bits) in [('w', 32), ('x', 64), ('h', 16)] {
                    if width == 'h' && e != 'h' {
                        continue;
                    }
                    let fixed = Fixed { bits, unsigned: sign == 'u', fraction: 0 };
                    insert(table, format!("fcvt{letter}{sign}_{width}_{e}"), e, move |v, c, s| {
                        fp::to_fixed(fmt, v[0], fixed, rounding, c, s)
                    });
                }
            }
        }
    }
    let fractions = [
        ("w1", 'h'),
        ("w7", 's'),
        ("w32", 'd'),
        ("w32", 'h'),
        ("x64", 'h'),
        ("x1", 's'),
        ("x17", 'd'),
        ("x64", 'd'),
        ("h5", 'h'),
        ("h16", 'h'),
    ];
    for (text, e) in fractions {
        for sign in ['s', 'u'] {
            let (fmt, fixed) = (format_of(e), fixed_of(text, sign));
            insert(table, format!("fcvtz{sign}_{text}_{e}"), e, move |v, c, s| {
                fp::to_fixed(fmt, v[0], fixed, Rounding::Zero, c, s)
            });
        }
    }
}

fn format_of(e: char) -> Format {
    FORMATS.iter().find(|f| f.0 == e).expect("h, s or d").1
}

/// From a register's letter and the fraction bits, such as `x17`.
fn fixed_of(text: &str, sign: char) -> Fixed {
    let bits = match &text[..1] {
        "w" => 32,
        "x" => 64,
        _ => 16,
    };
    let fraction = text[1..].parse().unwrap_or(0);
    Fixed { bits, unsigned: sign == 'u', fraction }
}

fn from_integers(table: &mut Table) {
    let sources = [
        ('h', "w"),
        ('s', "w"),
        ('d', "w"),
        ('h', "x"),
        ('s', "x"),
        ('d', "x"),
        ('h', "w32"),
        ('s', "w7"),
        ('d', "w32"),
        ('h', "w20"),
        ('h', "x64"),
        ('h', "x31"),
        ('s', "x1"),
        ('d', "x64"),
        ('h', "h3"),
        ('h', "h16"),
    ];
    for sign in ['s', 'u'] {
        for (e, text) in sources {
            let (fmt, fixed) = (format_of(e), fixed_of(text, sign));
            insert(table, format!("{sign}cvtf_{e}_{text}"), 'i', move |v, c, s| {
                fp::fixed_to_fp(fmt, v[0], fixed, Rounding::of(c), c, s)
            });
        }
        let fixed = fixed_of("h", sign);
        insert(table, format!("{sign}cvtf_h"), 'h', move |v, c, s| {
            fp::fixed_to_fp(Half, v[0], fixed, Rounding::of(c), c, s)
        });
    }
}

fn conversions(table: &mut Table) {
    for (t, to) in FORMATS {
        for (f, from) in FORMATS {
            if t != f {
                insert(table, format!("fcvt_{t}_{f}"), f, move |v, c, s| {
                    fp::convert(to, from, v[0], c, s)
                });
            }
        }
    }
    insert(table, "fcvtxn".into(), 'd', |v, c, s| fp::convert_odd(v[0], c, s));
    insert(table, "bfcvt".into(), 's', |v, c, s| fp::bf_convert(v[0], c, s));
    let operation = |v: [u64; 3], c: Fpcr, s: &mut Fpsr| {
        let (int, z) = fp::to_fixed_js(v[0], c, s);
        (u64::from(int), u64::from(z) << 30)
    };
    table.insert("fjcvtzs".into(), ('d', Box::new(operation)));
}

fn sums_and_products(table: &mut Table) {
    insert(table, "fmlal".into(), 'm', |v, c, s| fp::mul_add_h(v[0], v[1], v[2], c, s));
    insert(table, "bfdot".into(), 'w', |v, _, _| {
        let pair = |x: u64| [x & 0xffff, x >> 16 & 0xffff];
        fp::bf_dot_add(v[0], pair(v[1]), pair(v[2]), Fpcr(0))
    });
    for (name, bytes) in [("b", 1), ("h", 2), ("w", 4), ("x", 8)] {
        insert(table, format!("crc32{name}"), 'w', move |v, _, _| {
            crypto::crc32(v[0] as u32, v[1], bytes).into()
        });
        insert(table, format!("crc32c{name}"), 'w', move |v, _, _| {
            crypto::crc32c(v[0] as u32, v[1], bytes).into()
        });
    }
}

fn halves(v: u128) -> Outcome {
    (v as u64, (v >> 64) as u64)
}

fn insert_vector(table: &mut Table, name: &str, f: impl Fn(u128, u128, u128) -> u128 + 'static) {
    let operation = move |v: [u64; 3], _: Fpcr, _: &mut Fpsr| {
        let vector = |low, high| u128::from(v[low]) | u128::from(v[high]) << 64;
        halves(f(vector(0, 1), vector(1, 2), vector(2, 0)))
    };
    table.insert(name.into(), ('w', Box::new(operation)));
}

fn crypto_operations(table: &mut Table) {
    use crypto::*;
    type Three = fn(u128, u128, u128) -> u128;
    let rows: &[(&str, Three)] = &[
        ("pmul", |_, n, m| {
            let (n, m) = (n.to_le_bytes(), m.to_le_bytes());
            u128::from_le_bytes(std::array::from_fn(|i| pmul8(n[i], m[i])))
        }),
        ("pmull8", |_, n, m| {
            let (n, m) = (n.to_le_bytes(), m.to_le_bytes());
            (0..8).rev().fold(0, |sum, i| sum << 16 | u128::from(pmull8(n[i], m[i])))
        }),
        ("pmull64", |_, n, m| pmull64(n as u64, m as u64)),
        ("aese", |d, n, _| aese(d, n)),
        ("aesd", |d, n, _| aesd(d, n)),
        ("aesmc", |_, n, _| aesmc(n)),
        ("aesimc", |_, n, _| aesimc(n)),
        ("sha1c", sha1c),
        ("sha1p", sha1p),
        ("sha1m", sha1m),
        ("sha1h", |_, n, _| sha1h(n)),
        ("sha1su0", sha1su0),
        ("sha1su1", |d, n, _| sha1su1(d, n)),
        ("sha256h", sha256h),
        ("sha256h2", sha256h2),
        ("sha256su0", |d, n, _| sha256su0(d, n)),
        ("sha256su1", sha256su1),
        ("sha512h", sha512h),
        ("sha512h2", sha512h2),
        ("sha512su0", |d, n, _| sha512su0(d, n)),
        ("sha512su1", sha512su1),
        ("eor3", eor3),
        ("rax1", |_, n, m| rax1(n, m)),
        ("xar", |_, n, m| xar(n, m, 13)),
        ("bcax", bcax),
        ("sm3ss1", sm3ss1),
        ("sm3tt1a", |d, n, m| sm3tt1a(d, n, m, 0)),
        ("sm3tt1b", |d, n, m| sm3tt1b(d, n, m, 1)),
        ("sm3tt2a", |d, n, m| sm3tt2a(d, n, m, 2)),
        ("sm3tt2b", |d, n, m| sm3tt2b(d, n, m, 3)),
        ("sm3partw1", sm3partw1),
        ("sm3partw2", sm3partw2),
        ("sm4e", |d, n, _| sm4e(d, n)),
        ("sm4ekey", |_, n, m| sm4ekey(n, m)),
    ];
    for (name, f) in rows {
        insert_vector(table, name, f);
    }
}
