//! LD1 to LD4, ST1 to ST4: structures in memory, elements in registers. (Arm ARM C4.1, "Advanced
//! SIMD load/store multiple structures", "… single structure")
//!
//! Memory is accessed in whole registers; elements are taken apart and put together by
//! permutations.

use xemu_a64::insn::*;
use xemu_ir::{Address, Es, Op, Val};

use crate::ctx::Ctx;
use crate::dp_reg::es_of;
use crate::exclusive::{How, check_align};
use crate::simd_loads_stores::{load, store};
use crate::sized::ADD;
use crate::system::fence_full;

/// Adds the transfer's size, or Xm, to the base.
fn post_index(cx: &mut Ctx<'_>, base: Val, rn: u32, rm: u32, bytes: u32) {
    let v = if rm == 31 {
        cx.op2i(ADD, 1, base, u64::from(bytes))
    } else {
        let by = cx.gpr(1, rm);
        cx.op2(ADD, 1, base, by)
    };
    cx.set_gpr_sp(1, rn, v);
}

/// The form of a multiple-structure access.
#[derive(Clone, Copy)]
struct Multiple {
    q: u32,
    l: u32,
    es: Es,
    /// Registers.
    regs: u32,
    /// Elements of a structure.
    selem: u32,
    rt: u32,
}

impl Multiple {
    fn new((q, l): (u32, u32), opcode: u32, size: u32, rt: u32) -> Self {
        let (regs, selem) = match opcode {
            0 => (4, 4),
            2 => (4, 1),
            4 => (3, 3),
            6 => (3, 1),
            7 => (1, 1),
            8 => (2, 2),
            _ => (2, 1),
        };
        Self { q, l, es: es_of(size), regs, selem, rt }
    }

    /// The bytes of all registers.
    fn bytes(self) -> u32 {
        self.regs * (8 << self.q)
    }

    fn run(self, cx: &mut Ctx<'_>, base: Val) {
        if self.l == 1 {
            let memory = self.load_all(cx, base);
            for (r, v) in (0..).zip(self.deinterleave(cx, &memory)) {
                cx.set_vq(self.q, self.rt + r, v);
            }
        } else {
            let regs: Vec<Val> = (0..self.regs).map(|r| cx.v(self.rt + r)).collect();
            let memory = self.interleave(cx, &regs);
            self.store_all(cx, base, &memory);
        }
    }

    /// The memory operand in pieces: for LD1 one per register, else as few as possible, the last
    /// one of 8 bytes if need be.
    fn pieces(self) -> Vec<(Es, i32)> {
        if self.selem == 1 {
            let es = if self.q == 1 { Es::Q } else { Es::D };
            return (0..self.regs).map(|r| (es, (r * es.bytes()) as i32)).collect();
        }
        let bytes = self.bytes();
        let last = (!bytes.is_multiple_of(16)).then_some((Es::D, (bytes - 8) as i32));
        (0..bytes / 16).map(|n| (Es::Q, n as i32 * 16)).chain(last).collect()
    }

    fn load_all(self, cx: &mut Ctx<'_>, base: Val) -> Vec<Val> {
        let pieces = self.pieces();
        pieces.into_iter().map(|(es, disp)| load(cx, es, Address::new(base, disp))).collect()
    }

    fn store_all(self, cx: &mut Ctx<'_>, base: Val, memory: &[Val]) {
        for ((es, disp), v) in self.pieces().into_iter().zip(memory) {
            store(cx, es, Address::new(base, disp), *v);
        }
    }

    /// The registers' values from the memory operand's pieces.
    fn deinterleave(self, cx: &mut Ctx<'_>, memory: &[Val]) -> Vec<Val> {
        match self.selem {
            1 => memory.to_vec(),
            2 => self.unzip(cx, memory).to_vec(),
            3 => (0..3).map(|r| cx.gather(memory, self.third_indices(r))).collect(),
            _ => {
                let [even, odd] = self.unzip(cx, &memory[..2]);
                // 8-byte registers come from two pieces only.
                let [even2, odd2] =
                    if self.q == 1 { self.unzip(cx, &memory[2..]) } else { [even, odd] };
                let [r0, r2] = self.unzip(cx, &[even, even2]);
                let [r1, r3] = self.unzip(cx, &[odd, odd2]);
                vec![r0, r1, r2, r3]
            }
        }
    }

    /// The even and the odd elements of one or two vectors.
    fn unzip(self, cx: &mut Ctx<'_>, pieces: &[Val]) -> [Val; 2] {
        let (low, high) = (pieces[0], pieces[pieces.len() - 1]);
        [Op::VUzp1, Op::VUzp2].map(|op| cx.b.op2a(op, self.es, 0, low, high))
    }

    /// For each byte of register `r`, its place in the memory operand of LD3; anything for bytes
    /// that are not used.
    fn third_indices(self, r: u32) -> [u8; 16] {
        let bytes = self.es.bytes();
        core::array::from_fn(|n| {
            let (element, byte) = (n as u32 / bytes, n as u32 % bytes);
            if n as u32 >= 8 << self.q { 0 } else { ((element * 3 + r) * bytes + byte) as u8 }
        })
    }

    /// For each byte of piece `p` of ST3's memory operand, its place in the three registers;
    /// anything for bytes that are not used.
    fn third_sources(self, p: u32) -> [u8; 16] {
        let bytes = self.es.bytes();
        core::array::from_fn(|n| {
            let n = p * 16 + n as u32;
            let (element, byte) = (n / bytes, n % bytes);
            if n >= self.bytes() {
                0xff
            } else {
                (element % 3 * 16 + element / 3 * bytes + byte) as u8
            }
        })
    }

    /// The memory operand in pieces.
    fn interleave(self, cx: &mut Ctx<'_>, regs: &[Val]) -> Vec<Val> {
        match self.selem {
            1 => regs.to_vec(),
            2 => self.zip(cx, regs[0], regs[1]),
            3 => {
                let pieces = self.pieces().len() as u32;
                (0..pieces).map(|p| cx.gather(regs, self.third_sources(p))).collect()
            }
            _ => {
                let even = self.zip(cx, regs[0], regs[2]);
                let odd = self.zip(cx, regs[1], regs[3]);
                let both = |n: usize| [Op::VZip1, Op::VZip2].map(|op| (op, even[n], odd[n]));
                let all: Vec<_> = (0..even.len()).flat_map(both).collect();
                all.into_iter().map(|(op, x, y)| cx.b.op2a(op, self.es, 0, x, y)).collect()
            }
        }
    }

    /// Both registers' elements in turn: one vector for 8-byte registers, else two.
    fn zip(self, cx: &mut Ctx<'_>, x: Val, y: Val) -> Vec<Val> {
        let ops = &[Op::VZip1, Op::VZip2][..1 + self.q as usize];
        ops.iter().map(|op| cx.b.op2a(*op, self.es, 0, x, y)).collect()
    }
}

impl Ctx<'_> {
    /// Each byte of the result from where `indices` says in `tables`, 16 bytes each; zero for an
    /// index behind them.
    pub(crate) fn gather(&mut self, tables: &[Val], indices: [u8; 16]) -> Val {
        let all = u128::from_le_bytes(indices);
        let indices = self.const_v128(all as u64, (all >> 64) as u64);
        let mut v = self.b.const_v(0);
        for (n, table) in tables.iter().enumerate() {
            v = self.b.op3a(Op::VTbx, n as u8 * 16, 0, [v, *table, indices]);
        }
        v
    }
}

pub(crate) fn ld_st_mult_struct(cx: &mut Ctx<'_>, i: LdStMultStruct) {
    let base = cx.gpr_sp(1, i.rn());
    Multiple::new((i.q(), i.l()), i.opcode(), i.size(), i.rt()).run(cx, base);
}

pub(crate) fn ld_st_mult_struct_post(cx: &mut Ctx<'_>, i: LdStMultStructPost) {
    let base = cx.gpr_sp(1, i.rn());
    let form = Multiple::new((i.q(), i.l()), i.opcode(), i.size(), i.rt());
    form.run(cx, base);
    post_index(cx, base, i.rn(), i.rm(), form.bytes());
}

/// The form of a single-structure access.
#[derive(Clone, Copy)]
struct Single {
    l: u32,
    es: Es,
    lane: u8,
    /// Registers, which are also the structure's elements.
    regs: u32,
    rt: u32,
}

impl Single {
    /// `lane_bits` is `q:s:size`.
    fn new((l, r): (u32, u32), opcode: u32, (q, s, size): (u32, u32, u32), rt: u32) -> Self {
        let lane = q << 3 | s << 2 | size;
        let (es, lane) = match opcode >> 1 {
            0 => (Es::B, lane),
            1 => (Es::H, lane >> 1),
            _ if size & 1 == 0 => (Es::S, lane >> 2),
            _ => (Es::D, q),
        };
        Self { l, es, lane: lane as u8, regs: ((opcode & 1) << 1 | r) + 1, rt }
    }

    fn bytes(self) -> u32 {
        self.regs * self.es.bytes()
    }

    fn address(self, base: Val, r: u32) -> Address {
        Address::new(base, (r * self.es.bytes()) as i32)
    }

    fn run(self, cx: &mut Ctx<'_>, base: Val) {
        if self.l == 1 {
            let loaded: Vec<Val> =
                (0..self.regs).map(|r| load(cx, self.es, self.address(base, r))).collect();
            for (r, v) in (0..).zip(loaded) {
                let old = cx.v(self.rt + r);
                let new = cx.b.op2a(Op::VIns, self.es, self.lane, old, v);
                cx.set_vq(1, self.rt + r, new);
            }
        } else {
            for r in 0..self.regs {
                let v = cx.v(self.rt + r);
                self.store_lane(cx, self.address(base, r), v);
            }
        }
    }

    fn store_lane(self, cx: &mut Ctx<'_>, addr: Address, v: Val) {
        if self.lane == 0 {
            return store(cx, self.es, addr, v);
        }
        let x = cx.b.op1a(Op::VUmov, self.es, self.lane, v);
        let (op, value) = match self.es {
            Es::D => (Op::Store64, x),
            Es::S => (Op::Store32, cx.b.op1(Op::Trunc, x)),
            Es::H => (Op::Store16, cx.b.op1(Op::Trunc, x)),
            _ => (Op::Store8, cx.b.op1(Op::Trunc, x)),
        };
        cx.b.access(op, 0, addr, value);
    }
}

pub(crate) fn ld_st_single_struct(cx: &mut Ctx<'_>, i: LdStSingleStruct) {
    let base = cx.gpr_sp(1, i.rn());
    Single::new((i.l(), i.r()), i.opcode(), (i.q(), i.s(), i.size()), i.rt()).run(cx, base);
}

pub(crate) fn ld_st_single_struct_post(cx: &mut Ctx<'_>, i: LdStSingleStructPost) {
    let base = cx.gpr_sp(1, i.rn());
    let form = Single::new((i.l(), i.r()), i.opcode(), (i.q(), i.s(), i.size()), i.rt());
    form.run(cx, base);
    post_index(cx, base, i.rn(), i.rm(), form.bytes());
}

/// LDAP1, STL1.
pub(crate) fn ld_st_ordered_lane(cx: &mut Ctx<'_>, i: LdStOrderedLane) {
    let base = cx.gpr_sp(1, i.rn());
    check_align(cx, (Es::D, How::of(i.l() == 1)), base);
    Single { l: i.l(), es: Es::D, lane: i.q() as u8, regs: 1, rt: i.rt() }.run(cx, base);
    if i.l() == 0 {
        fence_full(cx);
    }
}

/// Loads one element for each of `regs` registers and repeats it.
fn replicate(cx: &mut Ctx<'_>, (q, es): (u32, Es), regs: u32, rt: u32, base: Val) {
    let loaded: Vec<Val> =
        (0..regs).map(|r| load(cx, es, Address::new(base, (r * es.bytes()) as i32))).collect();
    for (r, v) in (0..).zip(loaded) {
        let v = cx.b.op1a(Op::VDup, es, 0, v);
        cx.set_vq(q, rt + r, v);
    }
}

pub(crate) fn ld_replicate(cx: &mut Ctx<'_>, i: LdReplicate) {
    let base = cx.gpr_sp(1, i.rn());
    let regs = (i.o() << 1 | i.r()) + 1;
    replicate(cx, (i.q(), es_of(i.size())), regs, i.rt(), base);
}

pub(crate) fn ld_replicate_post(cx: &mut Ctx<'_>, i: LdReplicatePost) {
    let base = cx.gpr_sp(1, i.rn());
    let regs = (i.o() << 1 | i.r()) + 1;
    let es = es_of(i.size());
    replicate(cx, (i.q(), es), regs, i.rt(), base);
    post_index(cx, base, i.rn(), i.rm(), regs * es.bytes());
}
