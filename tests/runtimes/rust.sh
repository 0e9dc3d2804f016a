# packages: rustc cargo libc6-dev
# Cargo offline: a library, a program and tests, threads and a panic; debug and optimised.
export RUSTFLAGS="-C linker=gcc" HOME=/tmp CARGO_HOME=/tmp/c
mkdir -p /tmp/k/src && cd /tmp/k && cat >Cargo.toml <<'T'
[package]
name = "k"
version = "0.1.0"
edition = "2021"
T
cat >src/lib.rs <<'R'
pub fn collatz(mut n: u64) -> u32 { let mut c = 0; while n != 1 { n = if n % 2 == 0 { n / 2 } else { 3 * n + 1 }; c += 1; } c }
#[cfg(test)] mod tests { #[test] fn a() { assert_eq!(super::collatz(27), 111); } #[test] #[should_panic] fn b() { super::collatz(0u64.wrapping_sub(1)); } #[test] fn c() { assert_eq!(i32::MAX.checked_add(1), None); } }
R
cat >src/main.rs <<'R'
use std::{collections::HashMap, sync::{mpsc, Arc, Mutex}, thread};
fn main() {
    let total = Arc::new(Mutex::new(0u64)); let hs: Vec<_> = (0..8).map(|t| { let total = total.clone(); thread::spawn(move || for i in 1..4000u64 { *total.lock().unwrap() += k::collatz(i + t) as u64; }) }).collect(); for h in hs { h.join().unwrap(); } println!("{}", total.lock().unwrap());
    let (tx, rx) = mpsc::channel(); for t in 0..4 { let tx = tx.clone(); thread::spawn(move || for i in 0..2000 { tx.send(i * t).unwrap(); }); } drop(tx); println!("{}", rx.iter().sum::<i32>());
    let mut m: HashMap<String, f64> = HashMap::new(); for i in 0..20000 { *m.entry(format!("k{}", i % 101)).or_default() += (i as f64).sqrt(); } println!("{:.6}", m.values().map(|v| (v * 1e6).round() as i64).sum::<i64>() as f64 / 1e6);
    println!("{:?}", thread::spawn(|| { let v: Vec<i32> = vec![]; v[0] }).join().is_err()); println!("{} {} {}", f64::NAN as i32, 1e30f32 as u8, (-5i32).rem_euclid(3)); std::process::exit(7);
}
R
cargo --offline test -q 2>/dev/null | sed -n '/test result/s/; finished.*//p'
cargo --offline run -q 2>/dev/null
echo "status $?"
cargo --offline run -q --release 2>/dev/null
echo "status $?"
