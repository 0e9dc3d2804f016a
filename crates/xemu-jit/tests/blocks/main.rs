//! Compiled blocks do what the interpreter does: every op that is emitted inline, every element
//! size, every level of host features that this processor has, and random blocks of many ops.

mod generate;
mod machine;
mod runner;

use generate::{Gen, Group};
use runner::Runner;
use xemu_ir::Op;
use xemu_x64::HostFeatures;

/// Each level that the host can run.
fn levels() -> Vec<HostFeatures> {
    let host = HostFeatures::detect();
    let v2 = HostFeatures::V2;
    let mut all = vec![
        v2,
        HostFeatures { bmi1: host.bmi1, bmi2: host.bmi2, lzcnt: host.lzcnt, ..v2 },
        HostFeatures { aes: host.aes, ..v2 },
        HostFeatures { pclmul: host.pclmul, ..v2 },
        HostFeatures { sha: host.sha, ..v2 },
        HostFeatures { avx512vl: false, ..host },
        host,
    ];
    let v3 = HostFeatures::V3;
    if host.avx2 && host.fma && host.f16c && host.bmi1 && host.bmi2 && host.lzcnt {
        all.push(v3);
    }
    all
}

/// How many times as many blocks as usual: the environment may ask for more.
fn rounds() -> u32 {
    std::env::var("XEMU_BLOCK_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(1)
}

/// Runs `blocks` blocks from `make` on `states` states each, at every level.
fn run(seed: u64, blocks: u32, states: u32, mut make: impl FnMut(&mut Gen) -> xemu_ir::Block) {
    let levels = levels();
    let mut runners: Vec<Runner> = levels.iter().map(|f| Runner::new(*f)).collect();
    let mut random = Gen::new(seed);
    for _ in 0..blocks * rounds() {
        // The data's address differs between runners, and blocks do not name it.
        let block = make(&mut random);
        let data = random.data();
        for runner in &mut runners {
            let loaded = runner.load(&block);
            for _ in 0..states {
                let cpu = random.state(runner.data());
                runner.compare(&block, &loaded, &cpu, &data);
            }
        }
    }
}

/// Each op alone, with operands and results in homes and in the state.
fn each_op(seed: u64, group: Group, variants: u32) {
    let ops: Vec<Op> = Op::ALL.iter().copied().filter(|op| group.has(*op)).collect();
    assert!(!ops.is_empty());
    let mut n = 0;
    run(seed, ops.len() as u32 * variants, 5, |random| {
        let op = ops[n % ops.len()];
        n += 1;
        random.single(op)
    });
}

#[test]
fn each_integer_op() {
    each_op(1, Group::Integer, 16);
}

#[test]
fn each_vector_op() {
    each_op(2, Group::Vector, 24);
}

#[test]
fn integer_blocks() {
    run(3, 1500, 3, |random| random.block(&[Group::Integer], 40));
}

#[test]
fn vector_blocks() {
    run(4, 600, 3, |random| random.block(&[Group::Vector], 40));
}

#[test]
fn mixed_blocks() {
    let groups = [Group::Integer, Group::Vector, Group::Memory];
    run(5, 800, 3, |random| random.block(&groups, 60));
}

#[test]
fn memory_blocks() {
    run(6, 800, 3, |random| random.block(&[Group::Integer, Group::Memory], 40));
}

#[test]
fn paired_instructions() {
    run(7, 400, 3, |random| random.pair());
}

#[test]
fn sha256_rounds() {
    run(8, 200, 3, |random| random.sha256_rounds());
}
