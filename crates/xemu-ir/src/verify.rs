//! Checks that a block is well formed. Runs after the lifter and after every pass in tests and in
//! builds with debug assertions.

use core::fmt;

use crate::block::{Block, Inst, Val};
use crate::kinds::{Effects, Ty};
use crate::ops::Op;
use crate::text::{attr_count, write_inst};

/// What is wrong with a block, with the block.
#[derive(Clone, Debug)]
pub struct VerifyError {
    /// The offending instruction's index.
    pub index: usize,
    /// What is wrong.
    pub what: String,
    /// The block's text, the offending line marked.
    pub block: String,
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IR instruction {}: {}\n{}", self.index, self.what, self.block)
    }
}

impl core::error::Error for VerifyError {}

/// Checks types, order of definitions, attribute ranges, instruction marks and the terminator.
///
/// # Errors
/// The first violation.
pub fn verify(block: &Block) -> Result<(), VerifyError> {
    for (i, inst) in block.insts.iter().enumerate() {
        check_inst(block, i, inst).map_err(|what| error(block, i, what))?;
    }
    let last = block.insts.len().saturating_sub(1);
    match block.insts.last() {
        Some(inst) if inst.effects().has(Effects::ENDS_BLOCK) => Ok(()),
        _ => Err(error(block, last, "the block has no terminator".to_owned())),
    }
}

fn check_inst(block: &Block, i: usize, inst: &Inst) -> Result<(), String> {
    let info = inst.op.info();
    if i == 0 && inst.op != Op::Insn {
        return Err("the block does not start with `insn`".to_owned());
    }
    if inst.effects().has(Effects::ENDS_BLOCK) && i + 1 != block.insts.len() {
        return Err("a terminator stands inside the block".to_owned());
    }
    for (kind, n) in info.attrs.iter().zip([inst.a, inst.b]) {
        if usize::from(n) >= attr_count(*kind) {
            return Err(format!("attribute {n} is out of range"));
        }
    }
    for (n, arg) in inst.args.iter().enumerate() {
        check_arg(block, i, inst, n, *arg)?;
    }
    if inst.op.is_plain_access() && i32::try_from(inst.imm as i64).is_err() {
        return Err("the displacement does not fit 32 bits".to_owned());
    }
    Ok(())
}

fn check_arg(block: &Block, i: usize, inst: &Inst, n: usize, arg: Val) -> Result<(), String> {
    let Some(want) = inst.op.info().args.get(n) else {
        return if arg.is_some() { Err(format!("operand {n} is one too many")) } else { Ok(()) };
    };
    if !arg.is_some() {
        let may_be_absent = inst.op.is_plain_access() && n == 1;
        return if may_be_absent { Ok(()) } else { Err(format!("operand {n} is missing")) };
    }
    if arg.index() >= i {
        return Err(format!("operand %{} is used before its definition", arg.0));
    }
    let have: Ty = block.def(arg).ty();
    if have != *want {
        return Err(format!("operand %{} is {have:?}, not {want:?}", arg.0));
    }
    Ok(())
}

fn error(block: &Block, index: usize, what: String) -> VerifyError {
    let mut text = format!("block {:#x}\n", block.pc);
    for (i, inst) in block.insts.iter().enumerate() {
        text.push_str(if i == index { "> " } else { "  " });
        // Writing to a String does not fail.
        let _ = write_inst(&mut text, i, inst);
        text.push('\n');
    }
    VerifyError { index, what, block: text }
}

#[cfg(test)]
mod tests {
    use crate::{parse, verify};

    #[track_caller]
    fn check(text: &str, expect: &str) {
        let block = parse(text).expect("the text parses");
        let said = match verify(&block) {
            Ok(()) => "ok".to_owned(),
            Err(e) => e.what,
        };
        assert_eq!(said, expect);
    }

    #[test]
    fn verdicts() {
        check("block 0x0\ninsn #0x0\ngoto #0x4", "ok");
        check("block 0x0\ninsn #0x0", "the block has no terminator");
        check("block 0x0\ngoto #0x4", "the block does not start with `insn`");
        let head = "block 0x0\ninsn #0x0\n%1 = get_w x1\n";
        check(&format!("{head}set_x x0 %1\ngoto #0x4"), "operand %1 is I32, not I64");
        check(&format!("{head}set_w x0 %2\ngoto #0x4"), "operand %2 is used before its definition");
        check(&format!("{head}goto #0x4\ngoto #0x4"), "a terminator stands inside the block");
        check(&format!("{head}set_w x0 -\ngoto #0x4"), "operand 0 is missing");
    }
}
