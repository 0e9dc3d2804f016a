//! The memory from which the kernel shows a process's arguments, in ps and /proc/PID/cmdline.

use core::ffi::{CStr, c_char, c_int};
use core::ops::Range;
use core::sync::atomic::{AtomicU64, Ordering};
use std::io::Read;

use crate::syscall6;

static START: AtomicU64 = AtomicU64::new(0);
static LEN: AtomicU64 = AtomicU64::new(0);

/// Remembers where the arguments are, for [`show_arguments`].
///
/// # Safety
/// `argv` must be what the process's entry point got: `argc` pointers to strings behind each other
/// in writable memory that stays. Strings that are read later may have changed.
pub unsafe fn remember_arguments(argc: c_int, argv: *const *const c_char) {
    let Some(last) = usize::try_from(argc).ok().and_then(|n| n.checked_sub(1)) else { return };
    // SAFETY: the caller promises `argc` pointers, which are at least one.
    let first = unsafe { argv.read() };
    // SAFETY: as above; `last` is inside the array.
    let at = unsafe { argv.add(last) };
    // SAFETY: `last` is below `argc`, so the pointer there may be read.
    let at = unsafe { at.read() };
    // SAFETY: the caller promises strings.
    let text = unsafe { CStr::from_ptr(at) };
    let end = at as u64 + text.to_bytes_with_nul().len() as u64;
    START.store(first as u64, Ordering::Relaxed);
    LEN.store(end.saturating_sub(first as u64), Ordering::Relaxed);
}

/// Shows other arguments, each ended by a zero, as far as there is room.
pub fn show_arguments(text: &[u8]) {
    let (start, len) = (START.load(Ordering::Relaxed), LEN.load(Ordering::Relaxed) as usize);
    let Some(most) = len.checked_sub(1) else { return };
    let shown = text.len().min(most);
    let to = start as *mut u8;
    // SAFETY: `remember_arguments` was promised that these bytes are writable and stay; `shown` is
    // less than there are.
    unsafe { to.copy_from_nonoverlapping(text.as_ptr(), shown) };
    // SAFETY: as above; `shown` is inside.
    let rest = unsafe { to.add(shown) };
    // SAFETY: as above; the rest of the bytes, so that the last string stays ended.
    unsafe { rest.write_bytes(0, len - shown) };
    set_end(start + shown as u64);
}

/// What the kernel is to show of the program in /proc/PID/stat, cmdline, environ and auxv.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShownImage {
    /// The program's code.
    pub code: Range<u64>,
    /// Its initialized data.
    pub data: Range<u64>,
    /// The initial stack pointer.
    pub stack_start: u64,
    /// The argument strings.
    pub arguments: Range<u64>,
    /// The environment strings.
    pub environment: Range<u64>,
    /// The auxiliary vector.
    pub auxv: Vec<u8>,
}

/// The kernel's struct prctl_mm_map.
#[repr(C)]
struct MmMap {
    start_code: u64,
    end_code: u64,
    start_data: u64,
    end_data: u64,
    start_brk: u64,
    brk: u64,
    start_stack: u64,
    arg_start: u64,
    arg_end: u64,
    env_start: u64,
    env_end: u64,
    auxv: *const u8,
    auxv_size: u32,
    exe_fd: u32,
}

/// Lets the kernel show another program's image; false where it has no such call
/// (CONFIG_CHECKPOINT_RESTORE) or refuses. The heap's place stays the emulator's, which uses it.
pub fn show_image(image: &ShownImage) -> bool {
    const PR_SET_MM: u64 = 35;
    const PR_SET_MM_MAP: u64 = 14;
    let Some((start_brk, brk)) = own_heap() else { return false };
    let map = MmMap {
        start_code: image.code.start,
        end_code: image.code.end,
        start_data: image.data.start,
        end_data: image.data.end,
        start_brk,
        brk,
        start_stack: image.stack_start,
        arg_start: image.arguments.start,
        arg_end: image.arguments.end,
        env_start: image.environment.start,
        env_end: image.environment.end,
        auxv: image.auxv.as_ptr(),
        auxv_size: image.auxv.len() as u32,
        exe_fd: u32::MAX,
    };
    let at = (&raw const map) as u64;
    // SAFETY: the kernel reads the structure and the vector, and changes only what /proc shows.
    let result = unsafe {
        syscall6(
            libc::SYS_prctl as u64,
            [PR_SET_MM, PR_SET_MM_MAP, at, size_of::<MmMap>() as u64, 0, 0],
        )
    };
    result == 0
}

/// Where the heap of the emulator's C library begins and ends.
pub fn own_heap() -> Option<(u64, u64)> {
    let start = own_heap_start()?;
    // SAFETY: asks for the present end, which changes nothing.
    let end = unsafe { syscall6(libc::SYS_brk as u64, [0; 6]) } as u64;
    Some((start, end))
}

/// Field 47 of /proc/self/stat.
fn own_heap_start() -> Option<u64> {
    const HEAP_START: usize = 47 - 3;
    // The file is short and is made anew for each reading, so one `read` gets all of it.
    let mut room = [0; 2048];
    let len = std::fs::File::open("/proc/self/stat").ok()?.read(&mut room).ok()?;
    let stat = room.get(..len)?;
    let behind_name = stat.iter().rposition(|b| *b == b')')? + 2;
    let field = stat.get(behind_name..)?.split(|b| *b == b' ').nth(HEAP_START)?;
    std::str::from_utf8(field).ok()?.trim_end().parse().ok()
}

/// Tells the kernel where the arguments end; without the right to do so zeros follow them.
fn set_end(end: u64) {
    const PR_SET_MM: u64 = 35;
    const PR_SET_MM_ARG_END: u64 = 9;
    // SAFETY: changes only what /proc shows.
    unsafe { syscall6(libc::SYS_prctl as u64, [PR_SET_MM, PR_SET_MM_ARG_END, end, 0, 0, 0]) };
}
