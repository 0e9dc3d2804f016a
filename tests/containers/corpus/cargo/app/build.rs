fn main() {
    println!("cargo:rustc-env=WORD=built");
}
