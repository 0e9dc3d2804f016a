//! Every form the encoder can write, decoded by iced-x86 and compared with what was asked for:
//! mnemonic, operands, memory size, and a length no greater than iced's own.

mod flow;
mod integer;
mod support;
mod vector;
