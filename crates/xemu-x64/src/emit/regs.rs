//! The verbs that own registers: get and set guest registers, use, define, scratch.
//!
//! Rules for callers, within one op: first `clobber_flags` if EFLAGS change, then `take_fixed`,
//! then `use_…`/`rm_…` of operands, then `def_…` of the result. A defined register may be the home
//! that an operand is in (never an operand's temporary, unless reused on purpose), so code must
//! read operands before or in the instruction that first writes the result, or use `def_apart`.

use xemu_ir::{Inst, Op, Val};

use super::Emitter;
use super::vec_const::constant_zero_above;
use super::vec_form::PSHUFD;
use crate::alloc::{File, Loc, Ready};
use crate::asm::{Gpr, GprMem, VecMove, Width, Xmm, XmmMem};
use crate::contract::{TEMPS, VEC_TEMPS, spill_slot, v_home, v_slot, x_slot};
use crate::plan::NO_HINT;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Int,
    Vec,
}

impl Emitter<'_> {
    pub(super) fn file(&mut self, class: Class) -> &mut File {
        match class {
            Class::Int => &mut self.s.gpr,
            Class::Vec => &mut self.s.vec,
        }
    }

    fn file_ref(&self, class: Class) -> &File {
        match class {
            Class::Int => &self.s.gpr,
            Class::Vec => &self.s.vec,
        }
    }

    pub(super) fn is_last_use(&self, v: Val) -> bool {
        self.s.plan.last_use[v.index()] as usize <= self.cur
    }

    fn class_of(&self, v: Val) -> Class {
        if self.block.def(v).ty() == xemu_ir::Ty::V { Class::Vec } else { Class::Int }
    }

    /// Frees the value's place.
    pub(super) fn discard(&mut self, v: Val) {
        let class = self.class_of(v);
        match core::mem::replace(&mut self.value(v).loc, Loc::None) {
            Loc::Temp(t) => self.file(class).unhold(t, v.0),
            Loc::Home(n) | Loc::State(n) => self.file(class).unalias(n, v.0),
            Loc::Spill(k) => self.spill_refs[usize::from(k)] -= 1,
            Loc::None | Loc::Const => {}
        }
    }

    // Guest registers

    pub(super) fn get_x(&mut self, i: usize, n: u8) {
        self.get(i, n, self.s.plan.x_home(n).is_some(), Class::Int);
    }

    pub(super) fn get_v(&mut self, i: usize, n: u8) {
        self.get(i, n, v_home(n).is_some(), Class::Vec);
        self.s.values[i].zero_above = self.zero_above[usize::from(n)];
    }

    fn get(&mut self, i: usize, n: u8, has_home: bool, class: Class) {
        let v = i as u32;
        let file = self.file(class);
        self.s.values[i].loc = if has_home {
            self.file(class).alias(n, v);
            Loc::Home(n)
        } else if let Some(t) = file.copy_in(n) {
            self.file(class).hold(t, v);
            Loc::Temp(t)
        } else {
            self.file(class).alias(n, v);
            Loc::State(n)
        };
    }

    /// Guest register `n` is about to change: values that stand for it and are used later move to
    /// temporaries.
    pub(super) fn part_aliases(&mut self, n: u8, class: Class, except: Val) {
        loop {
            let last_use = &self.s.plan.last_use;
            let later = |v: u32| v != except.0 && last_use[v as usize] as usize > self.cur;
            let Some(v) = self.file_ref(class).find_alias(n, later) else { break };
            let v = Val(v);
            let t = self.take_temp(class);
            self.load_temp(class, t, self.value_loc(v));
            self.move_value(v, Loc::Temp(t), class);
            self.file(class).unlock(t);
        }
        self.file(class).forget_register(n);
        if class == Class::Vec && self.words_of.0 == n {
            self.s.vec.forget_register(Ready::Words as u8);
        }
        if class == Class::Vec && self.control_of.is_some_and(|(of, _)| of == n) {
            self.s.vec.forget_register(Ready::Control as u8);
        }
    }

    fn value_loc(&self, v: Val) -> Loc {
        self.s.values[v.index()].loc
    }

    fn move_value(&mut self, v: Val, to: Loc, class: Class) {
        self.discard(v);
        match to {
            Loc::Temp(t) => self.file(class).hold(t, v.0),
            Loc::Home(n) | Loc::State(n) => self.file(class).alias(n, v.0),
            Loc::Spill(k) => self.spill_refs[usize::from(k)] += 1,
            Loc::None | Loc::Const => {}
        }
        self.value(v).loc = to;
    }

    pub(super) fn set_x(&mut self, n: u8, v: Val) {
        let loc = self.value_loc(v);
        if let Some(home) = self.s.plan.x_home(n) {
            if loc == Loc::Home(n) && self.s.plan.hint[v.index()] == n {
                self.part_aliases(n, Class::Int, v);
                return;
            }
            self.part_aliases(n, Class::Int, Val::NONE);
            self.load_gpr(home, v, Width::W64);
            return;
        }
        if loc == Loc::State(n) {
            return;
        }
        self.part_aliases(n, Class::Int, Val::NONE);
        if let Some(c) = self.block.constant(v)
            && let Ok(imm) = i32::try_from(c as i64)
            && loc == Loc::Const
        {
            self.asm.store_imm(Width::W64, x_slot(n), imm);
            return;
        }
        let r = self.use_g(v);
        self.asm.store(Width::W64, x_slot(n), r);
        self.note_copy(n, v);
    }

    pub(super) fn set_w(&mut self, n: u8, v: Val) {
        let clean = self.value(v).clean;
        if clean || self.value_loc(v) == Loc::Const {
            // The register's 64 bits are the value.
            return self.set_x(n, v);
        }
        self.part_aliases(n, Class::Int, Val::NONE);
        if let Some(home) = self.s.plan.x_home(n) {
            self.load_gpr(home, v, Width::W32);
            return;
        }
        let src = self.rm_g(v);
        let t = self.take_temp(Class::Int);
        let r = TEMPS[usize::from(t)];
        self.asm.mov(Width::W32, r, src);
        self.asm.store(Width::W64, x_slot(n), r);
        self.s.gpr.set_copy(t, n);
    }

    pub(super) fn set_v(&mut self, n: u8, es: u8, v: Val) {
        let loc = self.value_loc(v);
        if loc == Loc::Const {
            return self.set_v_constant(n, es, v);
        }
        let known = self.value(v).zero_above;
        let clean = known <= es;
        self.zero_above[usize::from(n)] = known.min(es);
        if let Some(home) = v_home(n) {
            if loc == Loc::Home(n) && self.s.plan.hint[v.index()] == n {
                // Where the register gets less than the value, the value needs a place of its own.
                let except = if clean { v } else { Val::NONE };
                self.part_aliases(n, Class::Vec, except);
                if !clean {
                    self.clear_above(home, home, es);
                }
                return;
            }
            if loc == Loc::Home(n) && clean {
                return;
            }
            self.part_aliases(n, Class::Vec, Val::NONE);
            let src = self.use_v(v);
            if clean {
                self.asm.vmov(home, src);
            } else {
                self.clear_above(home, src, es);
            }
            return;
        }
        if loc == Loc::State(n) && clean {
            return;
        }
        self.part_aliases(n, Class::Vec, Val::NONE);
        let src = self.use_v(v);
        if clean {
            self.asm.vstore(VecMove::MOVAPS, v_slot(n), src);
            self.note_copy_v(n, v);
        } else {
            let t = self.take_temp(Class::Vec);
            let r = VEC_TEMPS[usize::from(t)];
            self.clear_above(r, src, es);
            self.asm.vstore(VecMove::MOVAPS, v_slot(n), r);
            self.s.vec.set_copy(t, n);
        }
    }

    fn set_v_constant(&mut self, n: u8, es: u8, v: Val) {
        let c = self.vec_constant(v).expect("invariant: the value is a constant");
        let c = c & u128::MAX >> (128 - (8 << es));
        self.part_aliases(n, Class::Vec, Val::NONE);
        self.zero_above[usize::from(n)] = constant_zero_above(c);
        if let Some(home) = v_home(n) {
            return self.load_vec_constant(home, c);
        }
        let t = self.take_temp(Class::Vec);
        let r = VEC_TEMPS[usize::from(t)];
        self.load_vec_constant(r, c);
        self.asm.vstore(VecMove::MOVAPS, v_slot(n), r);
        self.s.vec.set_copy(t, n);
    }

    fn note_copy(&mut self, n: u8, v: Val) {
        if let Loc::Temp(t) = self.value_loc(v) {
            self.s.gpr.set_copy(t, n);
        }
    }

    fn note_copy_v(&mut self, n: u8, v: Val) {
        if let Loc::Temp(t) = self.value_loc(v) {
            self.s.vec.set_copy(t, n);
        }
    }

    // Temporaries

    /// Takes a temporary for the current op, moving what it holds elsewhere.
    pub(super) fn take_temp(&mut self, class: Class) -> u8 {
        let last_use = &self.s.plan.last_use;
        let distance =
            |holders: &[u32]| holders.iter().map(|v| last_use[*v as usize]).max().unwrap_or(0);
        let t = self.file_ref(class).choose(distance);
        self.evict(class, t, None);
        self.file(class).lock(t);
        t
    }

    /// Empties temporary `t`: values go back to the guest register they are a copy of, to `to`, or
    /// to a spill slot.
    fn evict(&mut self, class: Class, t: u8, to: Option<u8>) {
        let (holders, copy_of) = self.file(class).take(t);
        if holders.is_empty() {
            self.file(class).recycle(t, holders);
            return;
        }
        let all_const = holders.iter().all(|v| self.is_constant(Val(*v)));
        let dest = if let Some(n) = copy_of {
            Loc::State(n)
        } else if all_const {
            Loc::Const
        } else if let Some(other) = to {
            self.move_temp(class, other, t);
            Loc::Temp(other)
        } else {
            let k = self.spill_refs.iter().position(|r| *r == 0).unwrap_or_else(|| {
                self.s.overfull = true;
                0
            }) as u8;
            self.store_spill(class, k, t);
            Loc::Spill(k)
        };
        for v in &holders {
            self.value(Val(*v)).loc = Loc::None;
            self.move_value(Val(*v), dest, class);
        }
        self.file(class).recycle(t, holders);
    }

    fn move_temp(&mut self, class: Class, to: u8, from: u8) {
        let (to, from) = (usize::from(to), usize::from(from));
        match class {
            Class::Int => self.asm.mov(Width::W64, TEMPS[to], TEMPS[from]),
            Class::Vec => self.asm.vmov(VEC_TEMPS[to], VEC_TEMPS[from]),
        }
    }

    fn store_spill(&mut self, class: Class, k: u8, t: u8) {
        let t = usize::from(t);
        match class {
            Class::Int => self.asm.store(Width::W64, spill_slot(k), TEMPS[t]),
            Class::Vec => self.asm.vstore(VecMove::MOVAPS, spill_slot(k), VEC_TEMPS[t]),
        }
    }

    /// Loads what is at `loc` into temporary `t`.
    fn load_temp(&mut self, class: Class, t: u8, loc: Loc) {
        let t = usize::from(t);
        match class {
            Class::Int => {
                let src = self.gpr_place(loc);
                self.asm.mov(Width::W64, TEMPS[t], src);
            }
            Class::Vec => {
                let src = self.xmm_place(loc);
                self.mov_v(VEC_TEMPS[t], src);
            }
        }
    }

    fn gpr_place(&self, loc: Loc) -> GprMem {
        match loc {
            Loc::Temp(t) => TEMPS[usize::from(t)].into(),
            Loc::Home(n) => {
                self.s.plan.x_home(n).expect("invariant: the register has a home").into()
            }
            Loc::State(n) => x_slot(n).into(),
            Loc::Spill(k) => spill_slot(k).into(),
            Loc::None | Loc::Const => unreachable!("invariant: the value is somewhere"),
        }
    }

    fn xmm_place(&self, loc: Loc) -> XmmMem {
        match loc {
            Loc::Temp(t) => VEC_TEMPS[usize::from(t)].into(),
            Loc::Home(n) => v_home(n).expect("invariant: the register has a home").into(),
            Loc::State(n) => v_slot(n).into(),
            Loc::Spill(k) => spill_slot(k).into(),
            Loc::None | Loc::Const => unreachable!("invariant: the value is somewhere"),
        }
    }

    /// Takes one particular temporary register for the current op.
    pub(super) fn take_fixed(&mut self, r: Gpr) {
        let t = temp_number(r);
        if !self.s.gpr.holders(t).is_empty() && self.s.gpr.copy_of(t).is_none() {
            let free = (0..TEMPS.len() as u8).find(|o| {
                *o != t && !self.s.gpr.is_locked(*o) && self.s.gpr.holders(*o).is_empty()
            });
            if let Some(o) = free {
                self.s.gpr.drop_copy(o);
            }
            self.evict(Class::Int, t, free);
        } else {
            self.evict(Class::Int, t, None);
        }
        self.s.gpr.lock(t);
    }

    /// Keeps a temporary register for the current op; other registers are nobody's to take.
    pub(super) fn lock_g(&mut self, r: Gpr) {
        if TEMPS.contains(&r) {
            self.s.gpr.lock(temp_number(r));
        }
    }

    /// Gives it back before the op's end.
    pub(super) fn unlock_fixed(&mut self, r: Gpr) {
        self.s.gpr.unlock(temp_number(r));
    }

    /// Lets a register that has been read be taken again before the op's end, if it is a temporary.
    pub(super) fn release_g(&mut self, r: Gpr) {
        if let Some(t) = TEMPS.iter().position(|t| *t == r) {
            self.s.gpr.unlock(t as u8);
        }
    }

    /// Empties every temporary, for a call.
    pub(super) fn evict_all(&mut self) {
        for class in [Class::Int, Class::Vec] {
            let occupied = self.file(class).occupied();
            for t in occupied {
                self.evict(class, t, None);
            }
            self.file(class).forget_copies();
        }
    }

    // Use

    /// The value in a register, to be read only.
    pub(super) fn use_g(&mut self, v: Val) -> Gpr {
        match self.value_loc(v) {
            Loc::Home(n) => self.s.plan.x_home(n).expect("invariant: the register has a home"),
            loc => TEMPS[usize::from(self.use_temp(Class::Int, v, loc))],
        }
    }

    /// The vector in a register, to be read only.
    pub(super) fn use_v(&mut self, v: Val) -> Xmm {
        match self.value_loc(v) {
            Loc::Home(n) => v_home(n).expect("invariant: the register has a home"),
            loc => VEC_TEMPS[usize::from(self.use_temp(Class::Vec, v, loc))],
        }
    }

    fn use_temp(&mut self, class: Class, v: Val, loc: Loc) -> u8 {
        if let Loc::Temp(t) = loc {
            self.file(class).lock(t);
            return t;
        }
        if let Loc::State(n) = loc
            && let Some(t) = self.file(class).copy_in(n)
        {
            self.file(class).lock(t);
            self.move_value(v, Loc::Temp(t), class);
            return t;
        }
        let t = self.take_temp(class);
        if loc == Loc::Const {
            self.load_constant(class, t, v);
        } else {
            self.load_temp(class, t, loc);
        }
        self.move_value(v, Loc::Temp(t), class);
        if let Loc::State(n) = loc {
            self.file(class).set_copy(t, n);
        }
        t
    }

    fn is_constant(&self, v: Val) -> bool {
        self.block.constant(v).is_some() || self.vec_constant(v).is_some()
    }

    fn load_constant(&mut self, class: Class, t: u8, v: Val) {
        match class {
            Class::Int => {
                let c = self.block.constant(v).expect("invariant: the value is a constant");
                self.asm.mov_imm(TEMPS[usize::from(t)], c);
            }
            Class::Vec => {
                let c = self.vec_constant(v).expect("invariant: the value is a constant");
                self.load_vec_constant(VEC_TEMPS[usize::from(t)], c);
            }
        }
    }

    /// The value in a register or in memory, to be read only.
    pub(super) fn rm_g(&mut self, v: Val) -> GprMem {
        match self.value_loc(v) {
            Loc::State(n) if self.s.gpr.copy_in(n).is_none() => x_slot(n).into(),
            Loc::Spill(k) => spill_slot(k).into(),
            _ => self.use_g(v).into(),
        }
    }

    /// The vector in a register or in memory (16-byte aligned), to be read only.
    pub(super) fn rm_v(&mut self, v: Val) -> XmmMem {
        match self.value_loc(v) {
            Loc::State(n) if self.s.vec.copy_in(n).is_none() => v_slot(n).into(),
            Loc::Spill(k) => spill_slot(k).into(),
            Loc::Const => match self.vec_constant(v) {
                // These cost no load.
                None | Some(0 | u128::MAX) => self.use_v(v).into(),
                Some(c) => self.pool(c).into(),
            },
            _ => self.use_v(v).into(),
        }
    }

    /// Puts the value into a given register, which is free.
    pub(super) fn load_gpr(&mut self, r: Gpr, v: Val, w: Width) {
        match self.value_loc(v) {
            Loc::Const => {
                let c = self.block.constant(v).expect("invariant: the value is a constant");
                self.asm.mov_imm(r, c);
            }
            loc => {
                let src = self.gpr_place(loc);
                if src != GprMem::Reg(r) || w == Width::W32 {
                    self.asm.mov(w, r, src);
                }
            }
        }
    }

    /// The constant, if it fits a sign-extended 32-bit immediate of an op of width `w`.
    pub(super) fn imm32(&self, v: Val, w: Width) -> Option<i32> {
        let c = self.block.constant(v)?;
        if w == Width::W32 { Some(c as u32 as i32) } else { i32::try_from(c as i64).ok() }
    }

    // Define

    /// The register in which op `i`'s result is to be put: a home, or a new temporary.
    pub(super) fn def_g(&mut self, i: usize) -> Gpr {
        self.s.values[i].clean = self.block.insts[i].ty() == xemu_ir::Ty::I32;
        let n = self.s.plan.hint[i];
        if n != NO_HINT {
            self.define_home(i, n, Class::Int);
            return self.s.plan.x_home(n).expect("invariant: a hint names a register with a home");
        }
        self.def_apart_g(i)
    }

    /// The same, never a home that an operand may be in.
    pub(super) fn def_apart_g(&mut self, i: usize) -> Gpr {
        self.s.values[i].clean = self.block.insts[i].ty() == xemu_ir::Ty::I32;
        let t = self.take_temp(Class::Int);
        self.place(i, t, Class::Int);
        TEMPS[usize::from(t)]
    }

    /// The same, in the temporary of operand `a` if that is not used again.
    pub(super) fn def_reuse_g(&mut self, i: usize, a: Val) -> Gpr {
        if self.s.plan.hint[i] == NO_HINT
            && let Loc::Temp(t) = self.value_loc(a)
            && self.is_last_use(a)
            && self.s.gpr.holders(t) == [a.0]
        {
            self.discard(a);
            self.s.gpr.drop_copy(t);
            self.s.gpr.lock(t);
            self.place(i, t, Class::Int);
            self.s.values[i].clean = self.block.insts[i].ty() == xemu_ir::Ty::I32;
            return TEMPS[usize::from(t)];
        }
        self.def_g(i)
    }

    /// The result is what temporary register `r`, taken before, holds.
    pub(super) fn def_fixed(&mut self, i: usize, r: Gpr) {
        self.s.values[i].clean = self.block.insts[i].ty() == xemu_ir::Ty::I32;
        self.place(i, temp_number(r), Class::Int);
    }

    /// The vector register in which op `i`'s result is to be put.
    pub(super) fn def_v(&mut self, i: usize) -> Xmm {
        let n = self.s.plan.hint[i];
        if n != NO_HINT {
            self.define_home(i, n, Class::Vec);
            return v_home(n).expect("invariant: a hint names a register with a home");
        }
        self.def_apart_v(i)
    }

    /// The same, never a home that an operand may be in.
    pub(super) fn def_apart_v(&mut self, i: usize) -> Xmm {
        let t = self.take_temp(Class::Vec);
        self.place(i, t, Class::Vec);
        VEC_TEMPS[usize::from(t)]
    }

    /// The same, in the temporary of operand `a` if that is not used again.
    pub(super) fn def_reuse_v(&mut self, i: usize, a: Val) -> Xmm {
        if self.s.plan.hint[i] == NO_HINT
            && let Loc::Temp(t) = self.value_loc(a)
            && self.is_last_use(a)
            && self.s.vec.holders(t) == [a.0]
            && !self.is_worth_keeping(i, t)
        {
            self.discard(a);
            self.s.vec.drop_copy(t);
            self.s.vec.lock(t);
            self.place(i, t, Class::Vec);
            return VEC_TEMPS[usize::from(t)];
        }
        self.def_v(i)
    }

    /// Whether a temporary is the copy of a register that is read again soon behind op `i`, while
    /// another temporary holds no value.
    fn is_worth_keeping(&self, i: usize, t: u8) -> bool {
        const SOON: usize = 24;
        let Some(n) = self.s.vec.copy_of(t).filter(|n| *n < 32) else { return false };
        let same = |inst: &&Inst| matches!(inst.op, Op::GetV | Op::SetV) && inst.a == n;
        let next = self.block.insts[i + 1..].iter().take(SOON).find(same);
        self.asm.avx() && next.is_some_and(|inst| inst.op == Op::GetV) && self.s.vec.has_empty()
    }

    fn place(&mut self, i: usize, t: u8, class: Class) {
        self.file(class).hold(t, i as u32);
        self.s.values[i].loc = Loc::Temp(t);
    }

    fn define_home(&mut self, i: usize, n: u8, class: Class) {
        self.part_aliases(n, class, Val::NONE);
        if class == Class::Vec {
            self.zero_above[usize::from(n)] = 4;
        }
        self.file(class).alias(n, i as u32);
        self.s.values[i].loc = Loc::Home(n);
    }

    /// The result is the same bits as `v`, wherever those are.
    pub(super) fn def_same(&mut self, i: usize, v: Val) {
        let loc = self.value_loc(v);
        let class = self.class_of(v);
        debug_assert!(self.block.insts[i].op != Op::Nop);
        self.s.values[i].loc = Loc::None;
        self.move_value(Val(i as u32), loc, class);
    }

    /// Copies unless source and destination are the same register.
    pub(super) fn mov_g(&mut self, w: Width, dst: Gpr, src: impl Into<GprMem>) {
        let src = src.into();
        if src != GprMem::Reg(dst) {
            self.asm.mov(w, dst, src);
        }
    }

    /// Copies a whole vector.
    pub(super) fn mov_v(&mut self, dst: Xmm, src: XmmMem) {
        match src {
            XmmMem::Reg(r) => self.asm.vmov(dst, r),
            XmmMem::Mem(m) => self.asm.vload(VecMove::MOVAPS, dst, m),
        }
    }

    // Scratch

    /// A register for the rest of the current op.
    pub(super) fn scratch_g(&mut self) -> Gpr {
        TEMPS[usize::from(self.take_temp(Class::Int))]
    }

    /// A vector register for the rest of the current op.
    pub(super) fn scratch_v(&mut self) -> Xmm {
        VEC_TEMPS[usize::from(self.take_temp(Class::Vec))]
    }

    /// The V register that holds the vector now, if it is known to.
    pub(super) fn register_of(&self, v: Val) -> Option<u8> {
        match self.value_loc(v) {
            Loc::Home(n) | Loc::State(n) => Some(n),
            Loc::Temp(t) => self.s.vec.copy_of(t),
            _ => None,
        }
    }

    /// The temporary that holds a vector ready, to be read only.
    pub(super) fn use_ready(&mut self, which: Ready) -> Option<Xmm> {
        let t = self.s.vec.copy_in(which as u8)?;
        self.s.vec.lock(t);
        Some(VEC_TEMPS[usize::from(t)])
    }

    /// Scratch register `r` holds a vector that a later op may need again.
    pub(super) fn make_ready(&mut self, r: Xmm, which: Ready) {
        self.s.vec.set_copy(vec_temp_number(r), which as u8);
    }

    /// The words of a vector in `order`, to be read only. What was made last is kept.
    pub(super) fn shuffled_words(&mut self, v: Val, order: u8) -> Xmm {
        let register = self.register_of(v);
        if let Some(n) = register
            && self.words_of == (n, order)
            && let Some(kept) = self.use_ready(Ready::Words)
        {
            return kept;
        }
        let src = self.rm_v(v);
        let t = self.take_temp(Class::Vec);
        let r = VEC_TEMPS[usize::from(t)];
        self.asm.v2_imm(PSHUFD, r, src, order);
        if let Some(n) = register {
            self.words_of = (n, order);
            self.s.vec.set_copy(t, Ready::Words as u8);
        }
        r
    }

    /// Gives a scratch register back before the op's end.
    pub(super) fn give_back_v(&mut self, r: Xmm) {
        self.s.vec.unlock(vec_temp_number(r));
    }

    /// Lets a vector register that has been read be taken again before the op's end, if it is a
    /// temporary.
    pub(super) fn release_v(&mut self, r: XmmMem) {
        if let XmmMem::Reg(r) = r
            && let Some(t) = VEC_TEMPS.iter().position(|temp| *temp == r)
        {
            self.s.vec.unlock(t as u8);
        }
    }

    /// Takes one particular vector register for the current op.
    pub(super) fn take_fixed_v(&mut self, r: Xmm) {
        let t = vec_temp_number(r);
        self.evict(Class::Vec, t, None);
        self.s.vec.lock(t);
    }
}

/// The number of a temporary register.
pub(super) fn temp_number(r: Gpr) -> u8 {
    let t = TEMPS.iter().position(|t| *t == r);
    t.expect("invariant: only temporaries are taken by name") as u8
}

/// The number of a temporary vector register.
pub(super) fn vec_temp_number(r: Xmm) -> u8 {
    let t = VEC_TEMPS.iter().position(|t| *t == r);
    t.expect("invariant: only temporaries are taken by name") as u8
}
