//! What need not be the same everywhere, each with its reason.

use xemu_a64::imm::sysreg;
use xemu_a64::{Decode, Feature, Insn, Row, decode};
use xemu_guest::Fpcr;

use super::state::{Outcome, Program, SIGBUS, SIGSEGV, State};
use super::words::named;

/// Whether the translating engine does what the interpreter does.
pub fn same_as_translated(mine: &Outcome, theirs: &Outcome) -> bool {
    if mine == theirs {
        return true;
    }
    let mut theirs = theirs.clone();
    // Flags that nobody reads any more may be older at a fault:
    // docs/decisions/dead-flags-may-be-stale-at-a-fault.md.
    if mine.stop.may_leave_flags() {
        theirs.state.nzcv = mine.state.nzcv;
    }
    *mine == theirs
}

/// Whether the peer does what the interpreter does.
pub fn same_as_peer(program: &Program, start: &State, mine: &Outcome, theirs: &Outcome) -> bool {
    if mine == theirs {
        return true;
    }
    // FPSR<31:28> are the flags of AArch32 (Arm ARM C5.2.9), and FPCR has bits of features that we
    // do not have (C5.2.8).
    let fpsr = mine.state.fpsr ^ theirs.state.fpsr;
    let fpcr = mine.state.fpcr ^ theirs.state.fpcr;
    if (fpsr | fpcr) != 0 && fpsr >> 28 << 28 == fpsr && fpcr & Fpcr::WRITABLE == 0 {
        if reads_back(program) {
            return true;
        }
        let mut theirs = theirs.clone();
        (theirs.state.fpsr, theirs.state.fpcr) = (mine.state.fpsr, mine.state.fpcr);
        return same_as_peer(program, start, mine, &theirs);
    }
    // QEMU looks at the page of a misaligned pc first.
    let fetch = mine.stop.addr == mine.stop.pc && mine.stop.addr & 3 != 0;
    if fetch && mine.stop.signal == SIGBUS && theirs.stop.signal == SIGSEGV {
        return mine.state == theirs.state && mine.stop.pc == theirs.stop.pc;
    }
    if is_misaligned_stgp(program, mine, theirs) {
        return true;
    }
    // A store-exclusive without a mark may fail before its address is looked at
    // (Arm ARM AArch64.ExclusiveMonitorsPass).
    let exclusive = |o: &Outcome| {
        let word = program.word_at(o.stop.pc).filter(|_| o.stop.is_fault());
        matches!(word.map(decode), Some(Decode::Insn(Insn::Stxr(_) | Insn::Stxp(_))))
    };
    if exclusive(mine) || exclusive(theirs) {
        return true;
    }
    // Which of the three instructions of a memory copy meets the bad address is left to the
    // processor (Arm ARM C6, "CPYP, CPYM, CPYE").
    let copies = |o: &Outcome| {
        let decoded = program.word_at(o.stop.pc).map(decode);
        o.stop.is_fault()
            && matches!(decoded, Some(Decode::Insn(Insn::Cpy(_) | Insn::Cpyf(_) | Insn::Set(_))))
    };
    if copies(mine) && copies(theirs) {
        return true;
    }
    if mine.stop.signal != theirs.stop.signal || mine.stop.pc != theirs.stop.pc {
        return false;
    }
    if start.fpcr & Fpcr::AH != 0
        && matches!(program.name, "FabsVec" | "FabsVecH" | "FnegVec" | "FnegVecH")
    {
        // QEMU changes the sign of a NaN here, though not in the scalar forms (FPAbs, FPNeg).
        return true;
    }
    // What a faulting access leaves in memory and in the registers that it loads is not laid down
    // (Arm ARM B2.2.1, D1.3.1), nor which of several addresses it names.
    if !mine.stop.is_fault() {
        return false;
    }
    let mut theirs = theirs.state.clone();
    for register in program.word_at(mine.stop.pc).map(named).unwrap_or_default() {
        theirs.x[register] = mine.state.x[register];
        for n in 0..4 {
            let register = (register + n) % 32;
            theirs.v[register] = mine.state.v[register];
        }
    }
    mine.state == theirs
}

/// In long programs QEMU turns a misaligned STGP into a fault near 0, which it does not access.
fn is_misaligned_stgp(program: &Program, mine: &Outcome, theirs: &Outcome) -> bool {
    let stgp = matches!(
        program.word_at(mine.stop.pc).map(decode),
        Some(Decode::Insn(Insn::Stgp(_) | Insn::StgpPre(_) | Insn::StgpPost(_)))
    );
    let null = theirs.stop.signal == SIGSEGV && theirs.stop.addr < 0x1000;
    stgp && null && mine.stop.signal == SIGBUS && mine.stop.pc == theirs.stop.pc
}

/// Whether the program ends with a fault of SP's alignment, which QEMU does not check: there it
/// goes on, maybe without end.
pub fn ends_with_sp_fault(mine: &Outcome) -> bool {
    let sp = mine.state.x[31];
    mine.stop.signal == SIGBUS && mine.stop.addr == sp && sp & 15 != 0
}

/// Whether the program reads FPCR or FPSR, so that bits that only the peer keeps there go on.
fn reads_back(program: &Program) -> bool {
    program.words.iter().any(|word| match decode(*word) {
        Decode::Insn(Insn::Mrs(i)) => {
            [sysreg(3, 3, 4, 4, 0), sysreg(3, 3, 4, 4, 1)].contains(&i.sysreg())
        }
        _ => false,
    })
}

/// Whether the peer can be asked about the row's instructions at all.
pub fn peer_knows(row: &Row) -> bool {
    // QEMU 11.1 does not have LRCPC3, its keys for pointers are random, and how much of a copy each
    // of its three instructions does is for the processor to choose (Arm ARM C3.2.15).
    !matches!(row.feature, Feature::Lrcpc3 | Feature::Pauth | Feature::Mops)
        // Its DC ZVA zeroes 512 bytes, as it says in DCZID_EL0.
        && row.name != "Sys"
        // How much each of the three copies or sets is left to the processor (Arm ARM C6, "CPYP,
        // CPYM, CPYE"); the three together are compared in sequences.
        && row.feature != Feature::Mops
}

/// Whether the manual lets a processor choose what the word does (CONSTRAINED UNPREDICTABLE).
/// (Arm ARM K1.2)
pub fn is_unpredictable(word: u32) -> bool {
    let Decode::Insn(insn) = decode(word) else { return false };
    let field = |name: &str| {
        let field = insn.row().fields.iter().find(|f| f.name == name);
        field.map(|f| f.get(word))
    };
    let (rn, rt, rt2, rs) = (field("rn"), field("rt"), field("rt2"), field("rs"));
    let load = field("l") == Some(1);
    let based = |r: Option<u32>| rn.is_some() && r == rn && rn != Some(31);
    let same_pair = rt2.is_some() && rt == rt2;
    match insn {
        Insn::LdStPost(_) | Insn::LdStPre(_) | Insn::StlrPre(_) | Insn::LdaprPost(_) => based(rt),
        Insn::Ldra(i) => i.w() == 1 && based(rt),
        Insn::LdStPairPost(_) | Insn::LdStPairPre(_) => {
            based(rt) || based(rt2) || (load && same_pair)
        }
        Insn::LdStPair(_)
        | Insn::LdStNoAllocPair(_)
        | Insn::LdStPairVec(_)
        | Insn::LdStNoAllocPairVec(_)
        | Insn::LdStPairPostVec(_)
        | Insn::LdStPairPreVec(_) => load && same_pair,
        Insn::Stxr(_) | Insn::Stxp(_) => rs == rt || rs == rt2 || based(rs),
        Insn::Ldxp(_) | Insn::LdAtomicPair(_) | Insn::Swpp(_) => same_pair,
        Insn::Ldiapp(_) | Insn::Stilp(_) => same_pair || based(rt) || based(rt2),
        _ => false,
    }
}
