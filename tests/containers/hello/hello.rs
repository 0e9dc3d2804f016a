fn main() {
    let machine = std::thread::spawn(|| std::env::consts::ARCH).join().unwrap_or("nothing");
    println!("Hello from Rust on {machine}");
}
