//! A pointer per thread for signal handlers: no allocation, no lazy set-up, no destructor.

use core::any::{Any, TypeId};
use core::cell::Cell;
use core::ptr;
use core::sync::atomic::{AtomicU32, Ordering};

/// Which of the thread's records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ThreadSlot {
    /// The Linux layer's record of the guest thread.
    Linux = 0,
    /// The engine's record of the thread.
    Engine = 1,
}

const SLOTS: usize = 2;

/// A record and its type; null while there is none.
type Entry = (*const (), Option<TypeId>);
pub(crate) type Saved = ([Entry; SLOTS], *mut (), *const AtomicU32);

thread_local! {
    static ENTRIES: Cell<[Entry; SLOTS]> = const { Cell::new([(ptr::null(), None); SLOTS]) };
    static POLL: Cell<*const AtomicU32> = const { Cell::new(ptr::null()) };
    static RAW: Cell<*mut ()> = const { Cell::new(ptr::null_mut()) };
}

fn replace(slot: ThreadSlot, entry: Entry) -> Entry {
    let mut all = ENTRIES.get();
    let old = core::mem::replace(&mut all[slot as usize], entry);
    ENTRIES.set(all);
    old
}

/// Puts the old entry back, also when the stack unwinds.
struct Restore(ThreadSlot, Entry);

impl Drop for Restore {
    fn drop(&mut self) {
        replace(self.0, self.1);
    }
}

/// Makes `record` the thread's record in `slot` while `f` runs.
pub fn enter<T: Any + Sync, R>(slot: ThreadSlot, record: &T, f: impl FnOnce() -> R) -> R {
    let entry = ((&raw const *record).cast(), Some(TypeId::of::<T>()));
    let _restore = Restore(slot, replace(slot, entry));
    f()
}

/// Gives the thread's record to `f`, when there is one of this type. Usable in signal handlers: T
/// is `Sync`, so that an interrupted user of the record is not disturbed.
#[inline]
pub fn with<T: Any + Sync, R>(slot: ThreadSlot, f: impl FnOnce(&T) -> R) -> Option<R> {
    let (record, kind) = ENTRIES.get()[slot as usize];
    if kind != Some(TypeId::of::<T>()) {
        return None;
    }
    // SAFETY: `enter` stored a `&T` of this type, its frame is still below ours on this thread, and
    // it removes the pointer before its borrow ends.
    let record = unsafe { &*record.cast::<T>() };
    Some(f(record))
}

/// A bare pointer of the thread, for code that keeps its own promises about it.
#[inline]
pub fn raw_pointer() -> *mut () {
    RAW.get()
}

/// Sets the bare pointer of the thread.
#[inline]
pub fn set_raw_pointer(pointer: *mut ()) {
    RAW.set(pointer);
}

/// Runs `f` with a flag inside `owner` as the thread's poll flag, which [`request_poll`] sets.
/// `flag` must give a place inside of `T` itself, so that it lives as long as the borrow.
pub fn with_poll_flag<T, R>(
    owner: &mut T,
    flag: impl FnOnce(&T) -> &AtomicU32,
    f: impl FnOnce(&mut T) -> R,
) -> R {
    struct Put(*const AtomicU32);
    impl Drop for Put {
        fn drop(&mut self) {
            POLL.set(self.0);
        }
    }
    let pointer = &raw const *flag(owner);
    let _restore = Put(POLL.replace(pointer));
    f(owner)
}

/// Sets the thread's poll flag, if it has one. Usable in signal handlers.
pub fn request_poll() {
    let pointer = POLL.get();
    if pointer.is_null() {
        return;
    }
    // SAFETY: 1. `with_poll_flag` took the address from a reference into its owner, which is
    // borrowed until the pointer is taken back. 2. We are on the thread that holds the borrow (or
    // in a handler on it), and the access is atomic.
    unsafe { &*pointer }.store(1, Ordering::Release);
}

/// All of the thread's pointers, for a child that borrows the thread's storage.
pub(crate) fn save() -> Saved {
    (ENTRIES.get(), RAW.get(), POLL.get())
}

/// Undoes what a borrowing child left behind.
pub(crate) fn restore(saved: Saved) {
    ENTRIES.set(saved.0);
    RAW.set(saved.1);
    POLL.set(saved.2);
}
