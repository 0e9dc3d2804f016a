//! Where values are: the bookkeeping of one class of host registers within a block.
//!
//! [`File`] knows which temporary holds which values and which guest register's copy; it emits
//! nothing. The emitter moves values and tells the file.

/// Where a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loc {
    /// Nowhere yet, or no longer.
    None,
    /// It is a constant and in no register.
    Const,
    /// In temporary number `.0` of its class.
    Temp(u8),
    /// It is what guest register `.0` holds now, in that register's home.
    Home(u8),
    /// It is what guest register `.0` holds now, in the state.
    State(u8),
    /// In spill slot `.0`.
    Spill(u8),
}

/// What is known about a value.
#[derive(Clone, Copy, Debug)]
pub struct Value {
    /// Where it is.
    pub loc: Loc,
    /// Of a 32-bit integer: the upper half of the register it is in is zero.
    pub clean: bool,
    /// Of a vector: all bits above an element of this size (log2 bytes) are zero; 4 says nothing.
    pub zero_above: u8,
}

impl Value {
    /// A value that is nowhere.
    pub const NONE: Value = Value { loc: Loc::None, clean: false, zero_above: 4 };
}

const NO_REG: u8 = 0xff;
const MAX_TEMPS: usize = 8;

/// Stands for a vector that a temporary holds ready for an op that may need it again, as if it were
/// one more guest register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Ready {
    /// Words of a V register in another order.
    Words = 32,
    /// The two halves of SHA-256's state in x86's order.
    ShaOld = 33,
    /// The other one.
    ShaNew = 34,
    /// PSHUFB's control for the indices in a V register.
    Control = 35,
}

const REGISTERS: usize = 36;

#[derive(Clone, Debug)]
struct Temp {
    holders: Vec<u32>,
    /// The guest register whose present value this is a copy of.
    copy_of: u8,
    stamp: u32,
}

/// One class of registers.
#[derive(Clone, Debug)]
pub struct File {
    temps: [Temp; MAX_TEMPS],
    count: usize,
    /// Values that are at `Home(n)` or `State(n)`.
    aliases: [Vec<u32>; 32],
    /// Bit n: `aliases[n]` may hold something.
    aliased: u32,
    copy_in: [u8; REGISTERS],
    locked: u16,
    clock: u32,
}

impl File {
    /// A class with `count` temporaries, at most eight.
    pub fn new(count: usize) -> Self {
        assert!(count <= MAX_TEMPS, "invariant: a class has at most eight temporaries");
        let temp = Temp { holders: Vec::new(), copy_of: NO_REG, stamp: 0 };
        Self {
            temps: core::array::from_fn(|_| temp.clone()),
            count,
            aliases: core::array::from_fn(|_| Vec::new()),
            aliased: 0,
            copy_in: [NO_REG; REGISTERS],
            locked: 0,
            clock: 0,
        }
    }

    /// Forgets everything, for a new block.
    pub fn reset(&mut self) {
        for t in &mut self.temps[..self.count] {
            t.holders.clear();
            t.copy_of = NO_REG;
        }
        while self.aliased != 0 {
            self.aliases[self.aliased.trailing_zeros() as usize].clear();
            self.aliased &= self.aliased - 1;
        }
        self.copy_in = [NO_REG; REGISTERS];
        self.locked = 0;
    }

    /// Temporaries may be taken again: the current op is done.
    pub fn unlock_all(&mut self) {
        self.locked = 0;
    }

    /// Keeps a temporary from being taken during the current op.
    pub fn lock(&mut self, t: u8) {
        self.locked |= 1 << t;
        self.clock += 1;
        self.temps[usize::from(t)].stamp = self.clock;
    }

    /// Lets a temporary be taken again.
    pub fn unlock(&mut self, t: u8) {
        self.locked &= !(1 << t);
    }

    /// Whether the temporary is kept.
    pub fn is_locked(&self, t: u8) -> bool {
        self.locked >> t & 1 != 0
    }

    /// The values in a temporary.
    pub fn holders(&self, t: u8) -> &[u32] {
        &self.temps[usize::from(t)].holders
    }

    /// The temporary to take next: an empty one, else the longest unused copy, else one whose
    /// values can be read from the guest register, else the one that `distance` says is needed
    /// last.
    ///
    /// # Panics
    /// When the current op keeps all temporaries, which no op does.
    pub fn choose(&self, distance: impl Fn(&[u32]) -> u32) -> u8 {
        let free = (0..self.count as u8).filter(|t| !self.is_locked(*t));
        let cost = |t: &u8| {
            let temp = &self.temps[usize::from(*t)];
            match (temp.holders.is_empty(), temp.copy_of) {
                (true, NO_REG) => (0, 0),
                (true, _) => (1, temp.stamp),
                (false, NO_REG) => (3, u32::MAX - distance(&temp.holders)),
                (false, _) => (2, u32::MAX - distance(&temp.holders)),
            }
        };
        free.min_by_key(cost).expect("invariant: an op never keeps every temporary")
    }

    /// Whether the current op may take a temporary that holds no value.
    pub fn has_empty(&self) -> bool {
        (0..self.count as u8).any(|t| !self.is_locked(t) && self.holders(t).is_empty())
    }

    /// Empties a temporary and returns what it held, for the caller to place elsewhere.
    pub fn take(&mut self, t: u8) -> (Vec<u32>, Option<u8>) {
        let copy_of = self.copy_of(t);
        self.drop_copy(t);
        (core::mem::take(&mut self.temps[usize::from(t)].holders), copy_of)
    }

    /// Gives back the vector that [`File::take`] returned, to reuse its memory.
    pub fn recycle(&mut self, t: u8, mut holders: Vec<u32>) {
        let slot = &mut self.temps[usize::from(t)].holders;
        if slot.is_empty() && slot.capacity() == 0 {
            holders.clear();
            *slot = holders;
        }
    }

    /// The guest register of whose present value the temporary is a copy.
    pub fn copy_of(&self, t: u8) -> Option<u8> {
        let n = self.temps[usize::from(t)].copy_of;
        (n != NO_REG).then_some(n)
    }

    /// The temporary that holds a copy of guest register `n`.
    pub fn copy_in(&self, n: u8) -> Option<u8> {
        let t = self.copy_in[usize::from(n)];
        (t != NO_REG).then_some(t)
    }

    /// From now on the temporary is a copy of guest register `n`.
    pub fn set_copy(&mut self, t: u8, n: u8) {
        self.forget_register(n);
        self.drop_copy(t);
        self.temps[usize::from(t)].copy_of = n;
        self.copy_in[usize::from(n)] = t;
    }

    /// The temporary is no guest register's copy any more.
    pub fn drop_copy(&mut self, t: u8) {
        let n = core::mem::replace(&mut self.temps[usize::from(t)].copy_of, NO_REG);
        if n != NO_REG {
            self.copy_in[usize::from(n)] = NO_REG;
        }
    }

    /// Guest register `n` changes: no temporary is its copy any more.
    pub fn forget_register(&mut self, n: u8) {
        let t = core::mem::replace(&mut self.copy_in[usize::from(n)], NO_REG);
        if t != NO_REG {
            self.temps[usize::from(t)].copy_of = NO_REG;
        }
    }

    /// No temporary is a copy of anything: they have been clobbered.
    pub fn forget_copies(&mut self) {
        for t in 0..self.count as u8 {
            self.drop_copy(t);
        }
    }

    /// Adds a value to a temporary.
    pub fn hold(&mut self, t: u8, v: u32) {
        self.temps[usize::from(t)].holders.push(v);
    }

    /// Removes a value from a temporary.
    pub fn unhold(&mut self, t: u8, v: u32) {
        self.temps[usize::from(t)].holders.retain(|h| *h != v);
    }

    /// Notes that a value stands for what guest register `n` holds.
    pub fn alias(&mut self, n: u8, v: u32) {
        self.aliased |= 1 << n;
        self.aliases[usize::from(n)].push(v);
    }

    /// Notes the opposite.
    pub fn unalias(&mut self, n: u8, v: u32) {
        self.aliases[usize::from(n)].retain(|a| *a != v);
    }

    /// A value that stands for guest register `n`, is not `except` and satisfies `wanted`.
    pub fn find_alias(&self, n: u8, wanted: impl Fn(u32) -> bool) -> Option<u32> {
        self.aliases[usize::from(n)].iter().copied().find(|v| wanted(*v))
    }

    /// Temporaries that hold values or are kept.
    pub fn occupied(&self) -> impl Iterator<Item = u8> + use<> {
        let mut mask = 0u16;
        for t in 0..self.count {
            if !self.temps[t].holders.is_empty() {
                mask |= 1 << t;
            }
        }
        (0..self.count as u8).filter(move |t| mask >> t & 1 != 0)
    }
}
