//! What the handlers of SIMD and floating point share: the fields that all their encodings keep at
//! one place, and reading and writing V registers in the three forms scalar, 64 and 128 bits.
//!
//! IR vector ops work on 128 bits. Elements that do not belong to the instruction are computed too
//! and dropped by the write, which is harmless as long as no op raises FPSR bits for them.

use xemu_ir::{Es, FpMode, Op, Shape, Val};

use crate::ctx::Ctx;
use crate::dp_reg::es_of;

/// How much of its registers an instruction works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// The lowest element.
    Scalar,
    /// 64 bits.
    D,
    /// 128 bits.
    Q,
}

impl Form {
    /// How many elements that is.
    pub fn count(self, es: Es) -> u8 {
        match self {
            Form::Scalar => 1,
            Form::D => (64 / es.bits()) as u8,
            Form::Q => (128 / es.bits()) as u8,
        }
    }

    /// The shape of a floating-point op.
    pub fn shape(self) -> Shape {
        if self == Form::Scalar { Shape::Scalar } else { Shape::Vector }
    }

    /// What [`Op::SetV`] writes.
    pub fn written(self, es: Es) -> Es {
        match self {
            Form::Scalar => es,
            Form::D => Es::D,
            Form::Q => Es::Q,
        }
    }
}

/// Elements of twice the size.
pub(crate) fn wider(es: Es) -> Es {
    es_of(es as u32 + 1)
}

/// An instruction word's fields. All data-processing encodings of SIMD and floating point have them
/// at the same place, if at all. (Arm ARM C4.1)
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields(pub u32);

impl Fields {
    fn at(self, low: u32, bits: u32) -> u32 {
        self.0 >> low & ((1 << bits) - 1)
    }
    pub fn rd(self) -> u32 {
        self.at(0, 5)
    }
    pub fn rn(self) -> u32 {
        self.at(5, 5)
    }
    pub fn rm(self) -> u32 {
        self.at(16, 5)
    }
    pub fn ra(self) -> u32 {
        self.at(10, 5)
    }
    pub fn sf(self) -> u32 {
        self.at(31, 1)
    }
    pub fn q(self) -> u32 {
        self.at(30, 1)
    }
    /// Bit 28 tells scalars from vectors.
    pub fn form(self) -> Form {
        match (self.at(28, 1), self.q()) {
            (1, _) => Form::Scalar,
            (_, 0) => Form::D,
            _ => Form::Q,
        }
    }
    /// `size`: that of an integer element.
    pub fn size(self) -> Es {
        es_of(self.at(22, 2))
    }
    /// `sz`: single or double precision.
    pub fn sz(self) -> Es {
        es_of(2 + self.at(22, 1))
    }
    /// `sz` where the other size is half precision: half for 0, single for 1.
    pub fn sz_half(self) -> Es {
        es_of(1 + self.at(22, 1))
    }
    /// `ftype`: single, double or half precision.
    pub fn ftype(self) -> Es {
        ftype(self.at(22, 2))
    }
    /// `immh:immb`, of which the highest one tells the element's size.
    pub fn imm_shift(self) -> (Es, u32) {
        let imm = self.at(16, 7);
        (es_of((imm >> 3 | 1).ilog2().min(3)), imm)
    }
    /// The amount of an immediate left shift, and the element's size.
    pub fn left_shift(self) -> (Es, u8) {
        let (es, imm) = self.imm_shift();
        (es, (imm & (es.bits() - 1)) as u8)
    }
    /// The amount of an immediate right shift, from 1 to the element's bits, and the element's
    /// size. In narrowing shifts that is the size of the result.
    pub fn right_shift(self) -> (Es, u8) {
        let (es, imm) = self.imm_shift();
        (es, (es.bits() - (imm & (es.bits() - 1))) as u8)
    }
    /// `imm5` of copies: the element's size and index.
    pub fn imm5(self) -> (Es, u8) {
        let imm5 = self.at(16, 5);
        let log2 = imm5.trailing_zeros().min(3);
        (es_of(log2), (imm5 >> (log2 + 1)) as u8)
    }
    /// Register and index of an element operand of the given size: the index is `h:l:m`, `h:l` or
    /// `h`, and what it does not use of `m` extends the register's number.
    pub fn element(self, es: Es) -> (u32, u8) {
        let (h, l) = (self.at(11, 1), self.at(21, 1));
        match es {
            Es::B | Es::H => (self.at(16, 4), (h << 2 | l << 1 | self.at(20, 1)) as u8),
            Es::S => (self.rm(), (h << 1 | l) as u8),
            Es::D | Es::Q => (self.rm(), h as u8),
        }
    }
}

/// The precision of an `ftype` or FCVT's `opc`: 0 single, 1 double, 3 half.
pub(crate) fn ftype(field: u32) -> Es {
    match field {
        0 => Es::S,
        1 => Es::D,
        _ => Es::H,
    }
}

/// Whose upper elements a scalar floating-point result keeps with FPCR.NEP set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Above {
    /// Vd's.
    D,
    /// Vn's.
    N,
    /// Vm's.
    M,
    /// Va's.
    A,
}

impl Ctx<'_> {
    /// The instruction's fields.
    pub fn fields(&self) -> Fields {
        Fields(self.word)
    }

    /// Vd.
    pub fn vd(&mut self) -> Val {
        self.v(self.fields().rd())
    }

    /// Vn.
    pub fn vn(&mut self) -> Val {
        self.v(self.fields().rn())
    }

    /// Vm.
    pub fn vm(&mut self) -> Val {
        self.v(self.fields().rm())
    }

    /// Va.
    pub fn va(&mut self) -> Val {
        self.v(self.fields().ra())
    }

    /// Sets the lowest element of Vd, or as much as `Q` says.
    pub fn set_vd(&mut self, es: Es, v: Val) {
        let f = self.fields();
        self.b.set_v(f.rd(), f.form().written(es), v);
    }

    /// Sets Vd to a floating-point result. With FPCR.NEP set a scalar result keeps what `above` has
    /// over it. (Arm ARM, "IsMerging")
    pub fn set_fp(&mut self, es: Es, v: Val, above: Above) {
        let f = self.fields();
        if f.form() != Form::Scalar || self.b.block().fp != FpMode::Merging {
            return self.set_vd(es, v);
        }
        let above = match above {
            Above::D => self.vd(),
            Above::N => self.vn(),
            Above::M => self.vm(),
            Above::A => self.va(),
        };
        let merged = self.b.emit(Op::VIns, es.into(), 0, [above, v, Val::NONE], 0);
        self.set_vd_all(merged);
    }

    /// Sets all of Vd. For results that are zero above what the instruction writes, too.
    pub fn set_vd_all(&mut self, v: Val) {
        let rd = self.fields().rd();
        self.b.set_v(rd, Es::Q, v);
    }

    /// Sets Vd to a narrowed result, which is zero above: the low half, or, in a "2" form, the high
    /// half while the low half stays.
    pub fn set_vd_narrowed(&mut self, v: Val) {
        if self.fields().q() == 0 {
            return self.set_vd_all(v);
        }
        let old = self.vd();
        let both = self.b.op2a(Op::VZip1, Es::D, 0, old, v);
        self.set_vd_all(both);
    }

    /// The low halves of both operands together.
    pub fn low_halves(&mut self, x: Val, y: Val) -> Val {
        self.b.op2a(Op::VZip1, Es::D, 0, x, y)
    }

    /// Element `index` in every element.
    pub fn dup(&mut self, es: Es, index: u8, v: Val) -> Val {
        self.b.op1a(Op::VDup, es, index, v)
    }

    /// An operand of which an op must see nothing but the instruction's elements, and them first:
    /// of 64 bits the low half in both halves.
    pub fn only_form(&mut self, v: Val) -> Val {
        if self.fields().form() == Form::D { self.dup(Es::D, 0, v) } else { v }
    }

    /// The half that a long instruction (`q` 0) or its "2" form takes, in the low half.
    pub fn long_half(&mut self, v: Val) -> Val {
        if self.fields().q() == 1 && self.fields().form() != Form::Scalar {
            self.dup(Es::D, 1, v)
        } else {
            v
        }
    }

    /// The element operand of an instruction by element, in every element.
    pub fn element(&mut self, es: Es) -> Val {
        let (reg, index) = self.fields().element(es);
        let v = self.v(reg);
        if index == 0 && self.fields().form() == Form::Scalar { v } else { self.dup(es, index, v) }
    }
}
