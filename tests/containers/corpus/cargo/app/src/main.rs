derive::answer!();

fn main() {
    let threads: Vec<_> = (0..4).map(|_| std::thread::spawn(answer)).collect();
    let answers: Vec<u32> = threads.into_iter().filter_map(|thread| thread.join().ok()).collect();
    assert!(answers.iter().all(|&given| given == answers[0]));
    println!("{}: {}", env!("WORD"), answers[0]);
}

#[test]
fn the_macro_answers() {
    assert_eq!(answer(), 42);
}
