//! Random blocks and processor states, from a seed.

use xemu_guest::{CpuState, HostFlags, Nzcv};
use xemu_interp::eval::is_value_op;
use xemu_ir::{AttrKind, Block, Builder, CryptoKind, Es, Op, RmwKind, Ty, Val};

use crate::runner::DATA;

/// Registers that hold an address of the data and are never set: one with a home, one without.
const BASES: [u8; 2] = [19, 25];
const PC: u64 = 0x40_0000;

/// What ops a block is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// On integers and NZCV.
    Integer,
    /// On vectors of integers.
    Vector,
    /// Accesses to memory.
    Memory,
}

impl Group {
    /// Whether the group has the op.
    pub fn has(self, op: Op) -> bool {
        let n = op as u16;
        let vector = (Op::VFromX as u16..=Op::VCrypto as u16).contains(&n)
            || matches!(op, Op::ConstV | Op::ConstVLow);
        match self {
            Group::Integer => is_value_op(op) && n < Op::VFromX as u16 && !vector,
            Group::Vector => vector,
            Group::Memory => {
                op.is_plain_access()
                    || matches!(
                        op,
                        Op::LoadEx | Op::StoreEx | Op::Clrex | Op::AtomicRmw | Op::AtomicCas
                    )
            }
        }
    }
}

/// A source of random blocks and states.
pub struct Gen {
    state: u64,
}

impl Gen {
    pub fn new(seed: u64) -> Self {
        Self { state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1 }
    }

    pub fn u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.state ^ self.state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    pub fn below(&mut self, n: usize) -> usize {
        (self.u64() % n as u64) as usize
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// A number of `bits` bits: often one at an edge.
    fn edge(&mut self, bits: u32) -> u64 {
        let top = 1u64 << (bits - 1);
        let n = match self.below(12) {
            0 => 0,
            1 => u64::MAX,
            2 => top,
            3 => top - 1,
            4 => 1,
            5 => self.u64() & 0x3f,
            6 => (self.u64() & 0x1f).wrapping_neg(),
            7 => 1 << self.below(bits as usize),
            8 => (1 << (bits / 2)) - self.u64() % 3,
            _ => self.u64(),
        };
        n & (u64::MAX >> (64 - bits))
    }

    fn vector(&mut self) -> [u64; 2] {
        let bits = self.pick(&[8, 16, 32, 64, 64]);
        let mut half = || (0..64 / bits).fold(0, |v, i| v | self.edge(bits) << (i * bits));
        [half(), half()]
    }

    /// A state; the data is at `base`.
    pub fn state(&mut self, base: u64) -> CpuState {
        let mut cpu = CpuState::default();
        for n in 0..32 {
            let bits = self.pick(&[32, 64]);
            cpu.x[n] = self.edge(bits);
            cpu.v[n] = self.vector();
            if n > 0 && self.chance(20) {
                cpu.x[n] = cpu.x[self.below(n)];
                cpu.v[n] = cpu.v[self.below(n)];
            }
        }
        for n in BASES {
            cpu.x[usize::from(n)] = base + DATA as u64 / 3;
        }
        cpu.flags = HostFlags::from_nzcv(Nzcv::from_imm4(self.below(16) as u32));
        cpu.pc = PC;
        cpu
    }

    /// What is in memory before a block runs.
    pub fn data(&mut self) -> Vec<u8> {
        (0..DATA / 8).flat_map(|_| self.edge(64).to_le_bytes()).collect()
    }

    /// A block that does one op, with operands and result in various places.
    pub fn single(&mut self, op: Op) -> Block {
        let mut block = Block::default();
        block.reset(PC);
        let mut making = Making::new(self, &mut block);
        making.op(op);
        if making.random.chance(30) {
            // Operands live on.
            making.set_some();
        }
        making.set_last();
        making.end();
        block
    }

    /// A block of two guest instructions that go together well on the host, and whose first
    /// result may be seen by somebody else, too.
    pub fn pair(&mut self) -> Block {
        let crypto = |kind: CryptoKind| (Op::VCrypto, kind as u8, 0);
        let (first, second) = self.pick(&[
            (crypto(CryptoKind::Aese), crypto(CryptoKind::Aesmc)),
            (crypto(CryptoKind::Aesd), crypto(CryptoKind::Aesimc)),
            (crypto(CryptoKind::Aese), crypto(CryptoKind::Aesimc)),
            ((Op::VCnt, 0, 0), (Op::VAddv, 0, 8)),
            ((Op::VCnt, 0, 0), (Op::VAddv, 0, 16)),
        ]);
        let mut block = Block::default();
        block.reset(PC);
        let mut making = Making::new(self, &mut block);
        let [n, other] = [making.register(), making.register()];
        let (x, key) = (making.value(Ty::V), making.value(Ty::V));
        let v = making.apply(first, [x, key]);
        let es = making.random.pick(&[Es::D, Es::Q]);
        making.b.set_v(n.into(), es, v);
        let between = making.random.below(8);
        match between {
            0 => making.set(v),
            1 => making.side_exit(),
            _ => making.begin(),
        }
        let from = if between == 2 { other } else { n };
        let y = making.b.op0(Op::GetV, from, 0);
        let v = making.apply(second, [y, y]);
        let to = if between == 3 { other } else { n };
        making.b.set_v(to.into(), Es::Q, v);
        if between == 4 {
            making.set(y);
        }
        making.end();
        block
    }

    /// A block of SHA256H and SHA256H2, which the host computes together if they are of the same
    /// rounds.
    pub fn sha256_rounds(&mut self) -> Block {
        let kind = |kind: CryptoKind| kind as u8;
        let mut block = Block::default();
        block.reset(PC);
        let mut making = Making::new(self, &mut block);
        let [abcd, efgh, copy, wk] = core::array::from_fn(|_| making.register());
        let get = |m: &mut Making<'_>, n| m.b.op0(Op::GetV, n, 0);
        let old = get(&mut making, abcd);
        let es = making.random.pick(&[Es::D, Es::Q, Es::Q, Es::Q]);
        making.b.set_v(copy.into(), es, old);
        for (op, read) in
            [(CryptoKind::Sha256h, [abcd, efgh, wk]), (CryptoKind::Sha256h2, [efgh, copy, wk])]
        {
            making.begin();
            let args = read.map(|n| get(&mut making, n));
            let v = making.b.emit(Op::VCrypto, kind(op), 0, args, 0);
            making.b.set_v(read[0].into(), Es::Q, v);
            match making.random.below(6) {
                0 => making.set(args[1]),
                1 => making.side_exit(),
                2 => making.op(Op::VCrypto),
                3 => making.set_some(),
                _ => {}
            }
        }
        making.end();
        block
    }

    /// A block of up to `most` ops of the groups.
    pub fn block(&mut self, groups: &[Group], most: usize) -> Block {
        let ops: Vec<Op> =
            Op::ALL.iter().copied().filter(|op| groups.iter().any(|g| g.has(*op))).collect();
        let flag_ops: Vec<Op> = Op::ALL
            .iter()
            .copied()
            .filter(|op| Group::Integer.has(*op) && op.info().effects.0 & 0x30 != 0)
            .collect();
        let integer = groups.contains(&Group::Integer);
        let length = 1 + self.below(most);
        let mut block = Block::default();
        block.reset(PC);
        let mut making = Making::new(self, &mut block);
        for _ in 0..length {
            match making.random.below(100) {
                0..12 => making.set_some(),
                12..20 => making.begin(),
                20..32 if integer => {
                    let op = making.random.pick(&flag_ops);
                    making.op(op);
                }
                32..35 => making.side_exit(),
                _ => {
                    let op = making.random.pick(&ops);
                    making.op(op);
                }
            }
        }
        for _ in 0..4 {
            making.set_some();
        }
        making.set_last();
        making.end();
        block
    }
}

/// A block that is being made.
struct Making<'m> {
    random: &'m mut Gen,
    b: Builder<'m>,
    pc: u64,
    /// Values by type: 32 bits, 64 bits, vectors.
    values: [Vec<Val>; 3],
}

fn class(ty: Ty) -> usize {
    match ty {
        Ty::I32 => 0,
        Ty::I64 => 1,
        Ty::V | Ty::Non => 2,
    }
}

impl<'m> Making<'m> {
    fn new(random: &'m mut Gen, block: &'m mut Block) -> Self {
        let b = Builder::new(block);
        let mut making = Self { random, b, pc: PC - 4, values: [const { Vec::new() }; 3] };
        making.begin();
        making
    }

    fn begin(&mut self) {
        self.pc += 4;
        self.b.begin_insn(self.pc);
    }

    fn end(&mut self) {
        let target = PC + 0x1000 + self.random.below(64) as u64 * 4;
        let none = Val::NONE;
        match self.random.below(8) {
            0 => {
                let to = self.value(Ty::I64);
                // A target with a tag would be compared without it.
                let mask = self.b.const64(0xffff_fffc);
                let to = self.b.emit(Op::And64, 0, 0, [to, mask, none], 0);
                let bit = self.b.const64(PC);
                let to = self.b.emit(Op::Or64, 0, 0, [to, bit, none], 0);
                let op = self.random.pick(&[Op::GotoReg, Op::Ret, Op::CallReg]);
                self.b.exit(op, 0, to, 0);
            }
            1 => self.b.exit(Op::Call, 0, none, target),
            _ => self.b.exit(Op::Goto, 0, none, target),
        }
    }

    fn side_exit(&mut self) {
        use Op::*;
        let op =
            self.random.pick(&[ExitIf, ExitIfZ32, ExitIfZ64, ExitIfNz32, ExitIfBitZ, ExitIfBitNz]);
        let a = match op {
            ExitIf => self.random.below(16),
            ExitIfBitZ | ExitIfBitNz => self.random.below(64),
            _ => 0,
        };
        let v = op.info().args.first().map_or(Val::NONE, |ty| self.value(*ty));
        let target = PC + 0x2000 + self.random.below(64) as u64 * 4;
        self.b.exit(op, a as u8, v, target);
    }

    /// Some value of the type, perhaps a new one.
    fn value(&mut self, ty: Ty) -> Val {
        let have = &self.values[class(ty)];
        if !have.is_empty() && self.random.chance(65) {
            let back = self.random.below(have.len().min(12));
            return have[have.len() - 1 - back];
        }
        let constant = self.random.chance(20);
        let v = match (ty, constant) {
            (Ty::I32, true) => {
                let c = self.random.edge(32);
                self.b.const32(c as u32)
            }
            (Ty::I64, true) => {
                let c = self.random.edge(64);
                self.b.const64(c)
            }
            (Ty::V, true) => {
                let c = self.random.vector()[0];
                self.b.const_v(c)
            }
            (Ty::I32, false) => {
                let n = self.register();
                self.b.op0(Op::GetW, n, 0)
            }
            (Ty::I64, false) => {
                let n = self.register();
                self.b.op0(Op::GetX, n, 0)
            }
            _ => {
                let n = self.register();
                self.b.op0(Op::GetV, n, 0)
            }
        };
        self.values[class(ty)].push(v);
        v
    }

    fn register(&mut self) -> u8 {
        // Few different ones, so that they meet.
        let few = [0, 1, 2, 5, 8, 10, 11, 16, 31];
        if self.random.chance(80) { self.random.pick(&few) } else { self.random.below(32) as u8 }
    }

    fn set(&mut self, v: Val) {
        let mut n = self.register();
        while BASES.contains(&n) {
            n = self.register();
        }
        let args = [v, Val::NONE, Val::NONE];
        match self.b.block().def(v).ty() {
            Ty::I32 => self.b.emit(Op::SetW, n, 0, args, 0),
            Ty::I64 => self.b.emit(Op::SetX, n, 0, args, 0),
            _ => {
                let es = self.random.pick(&[0, 1, 2, 3, 3, 4, 4, 4]);
                self.b.emit(Op::SetV, n, es, args, 0)
            }
        };
    }

    fn set_some(&mut self) {
        let ty = self.random.pick(&[Ty::I32, Ty::I64, Ty::V]);
        if !self.values[class(ty)].is_empty() {
            let v = self.value(ty);
            self.set(v);
        }
    }

    /// Makes the last value of each type visible.
    fn set_last(&mut self) {
        for class in 0..3 {
            if let Some(v) = self.values[class].last() {
                self.set(*v);
            }
        }
    }

    fn op(&mut self, op: Op) {
        if Group::Memory.has(op) {
            return self.access(op);
        }
        let info = op.info();
        let mut args = [Val::NONE; 3];
        for (arg, ty) in args.iter_mut().zip(info.args) {
            *arg = self.value(*ty);
        }
        let (a, b, imm) = self.attributes(op);
        let v = self.b.emit(op, a, b, args, imm);
        if info.result != Ty::Non {
            self.values[class(info.result)].push(v);
        }
    }

    /// An op on vectors, of which the first takes the places that are left over.
    fn apply(&mut self, (op, a, b): (Op, u8, u8), [x, y]: [Val; 2]) -> Val {
        let args = match op.info().args.len() {
            1 => [x, Val::NONE, Val::NONE],
            _ => [x, y, x],
        };
        self.b.emit(op, a, b, args, 0)
    }

    fn access(&mut self, op: Op) {
        let n = self.random.pick(&BASES);
        let base = self.b.op0(Op::GetX, n, 0);
        let none = Val::NONE;
        let mut inst = (0, 0, [base, none, none], 0i64);
        if op.is_plain_access() {
            if op.info().attrs[1] == AttrKind::Es {
                inst.1 = self.random.below(5) as u8;
            }
            if self.random.chance(40) {
                let index = self.value(Ty::I64);
                let mask = self.b.const64(0x7f);
                inst.2[1] = self.b.emit(Op::And64, 0, 0, [index, mask, none], 0);
                // Only accesses of 16 bytes scale by 16.
                inst.0 = self.random.below(4 + usize::from(inst.1 / 4)) as u8;
            }
            inst.3 = self.random.below(2048) as i64 - 1024;
            if let Some(ty) = op.info().args.get(2) {
                inst.2[2] = self.value(*ty);
            }
        } else {
            inst.0 = self.random.below(4) as u8;
            inst.1 = self.random.below(RmwKind::ALL.len()) as u8;
            for n in 1..op.info().args.len() {
                inst.2[n] = self.value(Ty::I64);
            }
            if op == Op::AtomicCas {
                inst.1 = 0;
                if self.random.chance(50) {
                    inst.2[1] = self.b.emit(Op::Load64, 0, 0, [base, none, none], 0);
                }
            }
            if op == Op::Clrex {
                inst = (0, 0, [none; 3], 0);
            }
            if op != Op::AtomicRmw {
                inst.1 = 0;
            }
        }
        let v = self.b.emit(op, inst.0, inst.1, inst.2, inst.3 as u64);
        if op.info().result != Ty::Non {
            self.values[class(op.info().result)].push(v);
        }
    }

    /// Attributes of a value op that the lifter might give it.
    fn attributes(&mut self, op: Op) -> (u8, u8, u64) {
        use Op::*;
        let r = &mut *self.random;
        let text = op.info().name;
        let width = if op.info().result == Ty::I64 { 64 } else { 32 };
        match op {
            Extr32 | Extr64 => (r.below(width) as u8, 0, 0),
            Ubfx32 | Ubfx64 | Sbfx32 | Sbfx64 | Bfi32 | Bfi64 => {
                let lsb = if r.chance(30) { 0 } else { r.below(width) };
                let most = width - lsb;
                let bits = if r.chance(30) { most } else { 1 + r.below(most) };
                let bits = if r.chance(20) { bits.next_power_of_two().min(most) } else { bits };
                (lsb as u8, bits as u8, 0)
            }
            Crc32 | Crc32c => (r.below(4) as u8, 0, 0),
            Ccmp32 | Ccmp64 | Ccmn32 | Ccmn64 => (r.below(16) as u8, r.below(16) as u8, 0),
            Const32 => (0, 0, r.edge(32)),
            Const64 | ConstV | ConstVLow => (0, 0, r.vector()[0]),
            VExt => (1 + r.below(15) as u8, 0, 0),
            VTbx => (16 * r.below(4) as u8, 0, 0),
            VRev => {
                let container = 1 + r.below(3);
                (r.below(container) as u8, container as u8, 0)
            }
            VLow => (r.below(5) as u8, 0, 0),
            VCrypto => (r.below(CryptoKind::ALL.len()) as u8, r.below(4) as u8, 0),
            VPmull => (r.pick(&[0, 3]), r.below(2) as u8, 0),
            VSxtl | VUxtl | VSmull | VUmull => (r.below(3) as u8, r.below(2) as u8, 0),
            VXtn | VSaddlp | VUaddlp => (r.below(3) as u8, 0, 0),
            _ if text.starts_with("csel") || text.starts_with("csi") || text.starts_with("csn") => {
                (r.below(16) as u8, 0, 0)
            }
            VCsel => (r.below(16) as u8, 0, 0),
            _ if op.info().attrs[0] == AttrKind::Es => self.elements(op),
            _ => (0, 0, 0),
        }
    }

    /// Element size and a number of elements, an index or an amount.
    fn elements(&mut self, op: Op) -> (u8, u8, u64) {
        use Op::*;
        let r = &mut *self.random;
        let most = match op {
            VSqdmulh | VSqrdmulh | VSqrdmlah | VSqrdmlsh | VSqdmull => {
                let es = 1 + r.below(2);
                let wide = usize::from(op == VSqdmull);
                return (es as u8, r.pick(&[1, 8 >> es, 16 >> (es + wide)]), 0);
            }
            VSqxtn | VUqxtn | VSqxtun => {
                let es = r.below(3);
                return (es as u8, r.pick(&[1, 8 >> es]), 0);
            }
            VSaddlv | VUaddlv | VClz | VCls => 3,
            _ => 4,
        };
        let es = Es::ALL[r.below(most)];
        let (size, lanes) = (es as u8, es.lanes());
        match op {
            VShl | VSli => (size, r.below(es.bits() as usize) as u8, 0),
            VUshr | VSshr | VUrshr | VSrshr | VSri => {
                (size, 1 + r.below(es.bits() as usize) as u8, 0)
            }
            VRor => (size, 1 + r.below(es.bits() as usize - 1) as u8, 0),
            VSqshlImm | VUqshlImm | VSqshluImm => {
                let amount = r.below(es.bits() as usize) as u64;
                (size, r.pick(&[1, lanes / 2, lanes]) as u8, amount)
            }
            VDup | VInsX | VUmov | VSmov => (size, r.below(lanes) as u8, 0),
            VIns => (size, r.below(lanes) as u8, r.below(lanes) as u64),
            VAddv | VSmaxv | VSminv | VUmaxv | VUminv | VSaddlv | VUaddlv => {
                (size, r.pick(&[lanes / 2, lanes]).max(1) as u8, 0)
            }
            _ if op.info().attrs[1] == AttrKind::Num => {
                (size, r.pick(&[1, lanes / 2, lanes]) as u8, 0)
            }
            _ => (size, 0, 0),
        }
    }
}
