//! The intermediate representation: op list, builder, verifier, text form, passes.
