//! Code cache, lookup, linking, dispatch and fault to guest pc.
