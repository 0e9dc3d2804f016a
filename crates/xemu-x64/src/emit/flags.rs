//! EFLAGS: where NZCV is, and conditions in x86's terms.
//!
//! Arm: C after a subtraction is "no borrow". x86: CF after a subtraction is "borrow". The unsigned
//! conditions are defined inversely too, so after a subtraction each Arm condition is one x86
//! condition. After an addition both carry flags agree, and CMC makes them look like after a
//! subtraction.

use core::mem::offset_of;

use xemu_guest::{Cond, CpuState, HostFlags, Nzcv};

use super::{Emitter, FlagsAt};
use crate::asm::reg::{RAX, RCX};
use crate::asm::{self, Alu, Asm, Width};
use crate::contract::state;

/// What EFLAGS say about NZCV.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InHost {
    /// Nothing.
    Nothing,
    /// N, Z, V are SF, ZF, OF; C is not CF.
    Inverted,
    /// N, Z, V are SF, ZF, OF; C is CF.
    Direct,
    /// As UCOMIS leaves them; operands exchanged if `swapped`.
    Compare { swapped: bool },
}

/// Where NZCV is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Flags {
    pub host: InHost,
    /// The state's copy is current.
    pub in_state: bool,
}

impl Flags {
    pub fn at(self) -> FlagsAt {
        match self.host {
            _ if self.in_state => FlagsAt::State,
            InHost::Nothing => FlagsAt::State,
            InHost::Inverted => FlagsAt::Inverted,
            InHost::Direct => FlagsAt::Direct,
            InHost::Compare { swapped: false } => FlagsAt::Compare,
            InHost::Compare { swapped: true } => FlagsAt::CompareSwapped,
        }
    }
}

/// A guest condition as x86 conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Test {
    Always,
    One(asm::Cond),
    Both(asm::Cond, asm::Cond),
    Either(asm::Cond, asm::Cond),
}

impl Test {
    /// The opposite.
    pub fn invert(self) -> Option<Test> {
        Some(match self {
            Test::Always => return None,
            Test::One(c) => Test::One(c.invert()),
            Test::Both(a, b) => Test::Either(a.invert(), b.invert()),
            Test::Either(a, b) => Test::Both(a.invert(), b.invert()),
        })
    }
}

fn integer_test(cond: Cond) -> Test {
    use asm::Cond as X;
    Test::One(match cond {
        Cond::Eq => X::E,
        Cond::Ne => X::NE,
        Cond::Hs => X::AE,
        Cond::Lo => X::B,
        Cond::Mi => X::S,
        Cond::Pl => X::NS,
        Cond::Vs => X::O,
        Cond::Vc => X::NO,
        Cond::Hi => X::A,
        Cond::Ls => X::BE,
        Cond::Ge => X::GE,
        Cond::Lt => X::L,
        Cond::Gt => X::G,
        Cond::Le => X::LE,
        Cond::Al | Cond::Nv => return Test::Always,
    })
}

/// UCOMIS a, b: ZF, PF, CF = unordered 111, less 001, equal 100, greater 000.
/// Arm NZCV: unordered 0011, less 1000, equal 0110, greater 0010.
fn compare_test(cond: Cond) -> Test {
    use asm::Cond as X;
    match cond {
        Cond::Eq => Test::Both(X::E, X::NP),
        Cond::Ne => Test::Either(X::NE, X::P),
        Cond::Hs | Cond::Pl => Test::Either(X::AE, X::P),
        Cond::Lo | Cond::Mi => Test::Both(X::B, X::NP),
        Cond::Vs => Test::One(X::P),
        Cond::Vc => Test::One(X::NP),
        Cond::Hi => Test::Either(X::A, X::P),
        Cond::Ls => Test::Both(X::BE, X::NP),
        Cond::Ge => Test::One(X::AE),
        Cond::Lt => Test::One(X::B),
        Cond::Gt => Test::One(X::A),
        Cond::Le => Test::One(X::BE),
        Cond::Al | Cond::Nv => Test::Always,
    }
}

/// The same for UCOMIS b, a.
fn compare_swapped_test(cond: Cond) -> Test {
    use asm::Cond as X;
    match cond {
        Cond::Eq => Test::Both(X::E, X::NP),
        Cond::Ne => Test::Either(X::NE, X::P),
        Cond::Hs | Cond::Pl => Test::One(X::BE),
        Cond::Lo | Cond::Mi => Test::One(X::A),
        Cond::Vs => Test::One(X::P),
        Cond::Vc => Test::One(X::NP),
        Cond::Hi => Test::One(X::B),
        Cond::Ls => Test::One(X::AE),
        Cond::Ge => Test::Both(X::BE, X::NP),
        Cond::Lt => Test::Either(X::A, X::P),
        Cond::Gt => Test::Both(X::B, X::NP),
        Cond::Le => Test::Either(X::AE, X::P),
        Cond::Al | Cond::Nv => Test::Always,
    }
}

/// Whether a comparison had better exchange its operands for this condition.
pub(super) fn prefers_swapped(cond: Cond) -> bool {
    matches!(compare_swapped_test(cond), Test::One(_))
        && !matches!(compare_test(cond), Test::One(_))
}

/// Writes EFLAGS to the state. Clobbers RAX and, after a comparison, RCX; changes CF at most.
pub(super) fn save(asm: &mut Asm, host: InHost) {
    let slot = state(offset_of!(CpuState, flags));
    match host {
        InHost::Nothing => {}
        InHost::Inverted | InHost::Direct => {
            if host == InHost::Direct {
                asm.cmc();
            }
            asm.lahf();
            asm.setcc(asm::Cond::O, RAX);
            asm.store(Width::W16, slot, RAX);
        }
        InHost::Compare { swapped } => {
            let form = |bits| u64::from(HostFlags::from_nzcv(Nzcv::from_imm4(bits)).0);
            let (above, below) = if swapped { (0b1000, 0b0010) } else { (0b0010, 0b1000) };
            asm.mov_imm(RAX, form(above));
            for (cond, bits) in
                [(asm::Cond::B, below), (asm::Cond::E, 0b0110), (asm::Cond::P, 0b0011)]
            {
                asm.mov_imm(RCX, form(bits));
                asm.cmov(cond, Width::W32, RAX, RCX);
            }
            asm.store(Width::W16, slot, RAX);
        }
    }
}

/// Reads NZCV from the state. Clobbers RAX.
fn load(asm: &mut Asm) {
    asm.movzx(Width::W16, RAX, state(offset_of!(CpuState, flags)));
    // OF: 1 + 0x7f overflows, 0 + 0x7f does not; SAHF leaves OF alone.
    asm.alu_imm(Alu::Add, Width::B8, RAX, 0x7f);
    asm.sahf();
}

/// Brings NZCV, which is in EFLAGS as `from` says or else in the state, into the form `to`, one of
/// the two of integers. Clobbers RAX and, after a comparison, RCX.
pub(super) fn carry_for(asm: &mut Asm, from: InHost, to: InHost) {
    let mut host = from;
    if !matches!(from, InHost::Inverted | InHost::Direct) {
        save(asm, from);
        load(asm);
        host = InHost::Inverted;
    }
    if host != to {
        asm.cmc();
    }
}

impl Emitter<'_> {
    /// To be called before anything that changes EFLAGS, and before operands are fetched.
    pub(super) fn clobber_flags(&mut self) {
        self.save_flags_if(self.flags_needed);
        self.flags.host = InHost::Nothing;
    }

    /// Whether EFLAGS hold NZCV that is read after this op: code that leaves them alone saves
    /// writing them to the state and reading them back.
    pub(super) fn flags_must_stay(&self) -> bool {
        self.flags_needed && self.flags.host != InHost::Nothing
    }

    /// Brings the state's NZCV up to date if `needed`. EFLAGS stay what they are.
    pub(super) fn save_flags_if(&mut self, needed: bool) {
        if !needed || self.flags.in_state || self.flags.host == InHost::Nothing {
            return;
        }
        let compare = matches!(self.flags.host, InHost::Compare { .. });
        self.take_fixed(RAX);
        if compare {
            self.take_fixed(RCX);
        }
        save(self.asm, self.flags.host);
        if self.flags.host == InHost::Direct {
            self.flags.host = InHost::Inverted;
        }
        self.flags.in_state = true;
        self.unlock_fixed(RAX);
        if compare {
            self.unlock_fixed(RCX);
        }
    }

    /// EFLAGS now hold NZCV, and the state does not.
    pub(super) fn flags_set(&mut self, host: InHost) {
        self.flags = Flags { host, in_state: false };
    }

    /// Brings NZCV into EFLAGS in some form. May take RAX.
    pub(super) fn load_flags(&mut self) {
        if self.flags.host != InHost::Nothing {
            return;
        }
        self.take_fixed(RAX);
        load(self.asm);
        self.unlock_fixed(RAX);
        self.flags.host = InHost::Inverted;
    }

    /// Brings NZCV into EFLAGS with CF as `host` says: for ADC and SBC.
    pub(super) fn load_carry(&mut self, host: InHost) {
        if matches!(self.flags.host, InHost::Compare { .. }) {
            self.save_flags_if(true);
            self.flags.host = InHost::Nothing;
        }
        self.load_flags();
        if self.flags.host != host {
            self.asm.cmc();
            self.flags.host = host;
        }
    }

    /// The test for `cond`, with NZCV in EFLAGS.
    pub(super) fn test(&mut self, cond: Cond) -> Test {
        self.load_flags();
        match self.flags.host {
            InHost::Nothing | InHost::Inverted => integer_test(cond),
            InHost::Compare { swapped: false } => compare_test(cond),
            InHost::Compare { swapped: true } => compare_swapped_test(cond),
            InHost::Direct => match cond {
                Cond::Hs => Test::One(asm::Cond::B),
                Cond::Lo => Test::One(asm::Cond::AE),
                Cond::Hi | Cond::Ls => {
                    self.asm.cmc();
                    self.flags.host = InHost::Inverted;
                    integer_test(cond)
                }
                _ => integer_test(cond),
            },
        }
    }
}
