use proc_macro::TokenStream;

#[proc_macro]
pub fn answer(_: TokenStream) -> TokenStream {
    "fn answer() -> u32 { 42 }".parse().expect("a function")
}
