//! Tests that need the kernel: access faults, mappings, observers.

#![cfg(not(miri))]

use std::sync::{Arc, Mutex};

use xemu_guest::FaultKind::{self, *};
use xemu_guest::GuestFault;

use crate::consts::*;
use crate::*;

const RW: u32 = PROT_READ | PROT_WRITE;
const ANON: u32 = MAP_PRIVATE | MAP_ANONYMOUS;

fn space() -> AddressSpace {
    install_fault_handlers().unwrap();
    AddressSpace::new(0)
}

fn map(space: &AddressSpace, len: u64, prot: u32) -> u64 {
    space.mmap(0, len, prot, ANON, -1, 0).unwrap()
}

fn kind<T: std::fmt::Debug>(result: Result<T, GuestFault>) -> (FaultKind, u64, bool) {
    let fault = result.unwrap_err();
    (fault.kind, fault.addr, fault.write)
}

/// A file without a name, of `len` bytes.
fn memory_file(len: u64) -> i32 {
    const SYS_FTRUNCATE: u64 = 77;
    const SYS_MEMFD_CREATE: u64 = 319;
    let name = c"xemu-test".as_ptr() as u64;
    let fd = xemu_host::guest_syscall(SYS_MEMFD_CREATE, [name, 1, 0, 0, 0, 0]);
    assert!(fd >= 0);
    assert_eq!(xemu_host::guest_syscall(SYS_FTRUNCATE, [fd as u64, len, 0, 0, 0, 0]), 0);
    fd as i32
}

#[test]
fn integers_of_all_widths_go_in_and_out() {
    let space = space();
    let at = map(&space, 0x1000, RW);
    let value = 0x0123_4567_89ab_cdef_fedc_ba98_7654_3210u128;
    write(at + 3, value).unwrap();
    assert_eq!(read::<u128>(at + 3), Ok(value));
    assert_eq!(read::<u64>(at + 3), Ok(value as u64));
    assert_eq!(read::<u32>(at + 3), Ok(value as u32));
    assert_eq!(read::<u16>(at + 3), Ok(value as u16));
    assert_eq!(read::<u8>(at + 3), Ok(value as u8));
    write(at, 0xa5u8).unwrap();
    write(at + 0x10, 0xb5b6u16).unwrap();
    write(at + 0x20, 0xc5c6_c7c8u32).unwrap();
    write(at + 0x30, u64::MAX).unwrap();
    assert_eq!(read::<u16>(at), Ok(0xa5));
    assert_eq!(read::<u32>(at + 0x10), Ok(0x0001_b5b6));
    assert_eq!(read::<u64>(at + 0x20), Ok(0xc5c6_c7c8));
}

#[test]
fn faults_tell_kind_address_and_direction() {
    let space = space();
    let at = map(&space, 0x3000, RW);
    space.mprotect(at + 0x1000, 0x1000, PROT_READ).unwrap();
    space.munmap(at + 0x2000, 0x1000).unwrap();
    assert_eq!(kind(read::<u8>(at + 0x2000)), (Unmapped, at + 0x2000, false));
    assert_eq!(kind(write(at + 0x1010, 1u64)), (Permission, at + 0x1010, true));
    assert_eq!(kind(write(at + 0xffc, 1u64)), (Permission, at + 0x1000, true));
    assert_eq!(kind(read::<u64>(at + 0x1ffc)), (Unmapped, at + 0x2000, false));
    assert_eq!(kind(write(at + 0x1ff8, 1u128)), (Permission, at + 0x1ff8, true));
    assert_eq!(kind(read::<u8>(0)), (Unmapped, 0, false));
    space.mprotect(at, 0x1000, 0).unwrap();
    assert_eq!(kind(read::<u32>(at)), (Permission, at, false));
}

#[test]
fn reading_behind_a_files_end_is_a_bus_error() {
    let space = space();
    let fd = memory_file(0x1000);
    let at = space.mmap(0, 0x2000, PROT_READ, MAP_SHARED, fd, 0).unwrap();
    assert_eq!(read::<u8>(at), Ok(0));
    assert_eq!(kind(read::<u8>(at + 0x1000)), (NoPage, at + 0x1000, false));
    let mut buffer = [1; 0x1008];
    let (done, fault) = copy_in_partial(at, &mut buffer);
    assert_eq!((done, fault.unwrap().kind), (0x1000, NoPage));
}

#[test]
fn tags_are_ignored_and_other_odd_addresses_are_unmapped() {
    let space = space();
    let at = map(&space, 0x1000, RW);
    let tagged = at | 0xa5 << 56;
    write(tagged, 7u32).unwrap();
    assert_eq!(read::<u32>(at), Ok(7));
    assert_eq!(read::<u128>(tagged), Ok(7));
    assert_eq!(fetch_add(tagged, 1u32), Ok(7));
    assert_eq!(compare_exchange(tagged, 8u128, 9), Ok(8));
    assert_eq!(read_array(tagged), Ok([9u8, 0]));
    assert_eq!(untag(tagged), at);
    // As Linux reports it: without the tag below, as it is above.
    assert_eq!(kind(read::<u8>(0xa500_0000_0000_0010).map(u32::from)), (Unmapped, 0x10, false));
    let upper = 0x00ff_0000_0000_0000;
    assert_eq!(kind(read::<u8>(upper).map(u32::from)), (Unmapped, upper, false));
    assert_eq!(untag(0x00ff_0000_0000_0000), u64::MAX << 48);
    let wild = 0x0001_0000_0000_0000;
    assert_eq!(kind(read::<u64>(wild)), (Unmapped, wild, false));
    assert_eq!(kind(write(wild | 3 << 56, 0u8)), (Unmapped, wild, true));
    assert_eq!(kind(copy_out(wild, &[1])), (Unmapped, wild, true));
    let kernel = u64::MAX - 0xfff;
    assert_eq!(kind(read::<u64>(kernel)), (Unmapped, kernel, false));
}

#[test]
fn copies_stop_at_the_fault() {
    let space = space();
    let at = map(&space, 0x2000, RW);
    space.munmap(at + 0x1000, 0x1000).unwrap();
    let data: Vec<u8> = (0..=255).cycle().take(0x800).collect();
    copy_out(at + 0x100, &data).unwrap();
    assert_eq!(read_bytes(at + 0x100, 0x800).unwrap(), data);
    let (done, fault) = copy_out_partial(at + 0xff0, &data);
    assert_eq!(done, 0x10);
    let fault = fault.unwrap();
    assert_eq!((fault.kind, fault.addr, fault.write), (Unmapped, at + 0x1000, true));
    assert!(read_bytes(at, usize::MAX).is_err());
    fill(at, 0x5a, 0x20).unwrap();
    assert_eq!(read::<u64>(at + 0x18), Ok(0x5a5a_5a5a_5a5a_5a5a));
    assert_eq!(kind(fill(at + 0xfff, 0, 2)), (Unmapped, at + 0x1000, true));
    assert_eq!(copy_within(at + 0x40, at, 0x20), (0x20, None));
    let (done, fault) = copy_within(at, at + 0xff0, 0x20);
    assert_eq!((done, fault.unwrap().addr, fault.unwrap().write), (0x10, at + 0x1000, false));
    let (done, fault) = copy_within(at + 0xff8, at, 0x20);
    assert_eq!((done, fault.unwrap().addr, fault.unwrap().write), (8, at + 0x1000, true));
}

#[test]
fn strings_end_at_nul_limit_or_fault() {
    let space = space();
    let at = map(&space, 0x1000, RW);
    let text: Vec<u8> = (0..600).map(|i| b'a' + (i % 26) as u8).collect();
    copy_out(at + 10, &text).unwrap();
    assert_eq!(read_cstr(at + 10, 4096).unwrap(), text);
    assert_eq!(read_cstr(at + 10, 600), Err(CStrError::TooLong));
    assert_eq!(read_cstr(at + 10, 601).unwrap(), text);
    write(at + 0xffe, 0x4242u16).unwrap();
    let Err(CStrError::Fault(fault)) = read_cstr(at + 0xffe, 100) else { panic!("no fault") };
    assert_eq!(fault.addr, at + 0x1000);
}

#[test]
fn atomic_operations_give_the_old_value() {
    fn run<T: GuestInt + std::fmt::Debug>(at: u64, cases: &[(AtomicOp, T, T, T)]) {
        for &(op, old, operand, new) in cases {
            write(at, old).unwrap();
            assert_eq!(fetch_op(op, at, operand), Ok(old), "{op:?}");
            assert_eq!(read(at), Ok(new), "{op:?}");
        }
    }
    let space = space();
    let at = map(&space, 0x1000, RW);
    use AtomicOp::*;
    run::<u8>(at, &[(Add, 200, 100, 44), (Smax, 0x80, 1, 1), (Umax, 0x80, 1, 0x80)]);
    run::<u16>(at, &[(Clr, 0xff0f, 0x0f0f, 0xf000), (Eor, 5, 3, 6), (Smin, 0x8000, 1, 0x8000)]);
    run::<u32>(at, &[(Set, 8, 1, 9), (Umin, u32::MAX, 3, 3), (Swp, 1, 2, 2)]);
    run::<u64>(at, &[(Add, u64::MAX, 2, 1), (Smin, 5, u64::MAX, u64::MAX), (Swp, 4, 5, 5)]);
    run::<u128>(at, &[(Clr, u128::MAX, 1, u128::MAX - 1), (Swp, 1, 1 << 100, 1 << 100)]);
    write(at, 5u16).unwrap();
    assert_eq!(compare_exchange(at, 4u16, 9), Ok(5));
    assert_eq!(compare_exchange(at, 5u16, 9), Ok(5));
    assert_eq!(read::<u16>(at), Ok(9));
    assert_eq!(kind(compare_exchange(at + 8, 0u128, 1)), (Misaligned, at + 8, true));
    space.mprotect(at, 0x1000, PROT_READ).unwrap();
    assert_eq!(kind(swap(at, 1u8)), (Permission, at, true));
    assert_eq!(kind(compare_exchange(at, 0u128, 1)), (Permission, at, true));
}

#[test]
fn threads_lose_no_increment() {
    let space = space();
    let at = map(&space, 0x1000, RW);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                for _ in 0..2000 {
                    fetch_op(AtomicOp::Add, at, 1u64).unwrap();
                    fetch_update(at + 16, |v: u128| v + 1).unwrap();
                }
            });
        }
    });
    assert_eq!(read::<u64>(at), Ok(6000));
    assert_eq!(read::<u128>(at + 16), Ok(6000));
}

#[test]
fn the_emulators_memory_is_never_mapped_over() {
    let space = space();
    let ours = Box::new([7u8; 0x4000]);
    let inside = (ours.as_ptr() as u64 + 0x1fff) & !0xfff;
    let fixed = |flags| space.mmap(inside, 0x1000, RW, ANON | flags, -1, 0);
    assert_eq!(fixed(MAP_FIXED), Err(ENOMEM));
    assert_eq!(fixed(MAP_FIXED_NOREPLACE), Err(EEXIST));
    assert_ne!(fixed(0).unwrap(), inside);
    space.munmap(inside, 0x1000).unwrap();
    assert_eq!(space.mprotect(inside, 0x1000, 0), Err(ENOMEM));
    assert_eq!(space.madvise(inside, 0x1000, 4), Err(ENOMEM));
    let at = map(&space, 0x1000, RW);
    let target = inside & !0xfff;
    let flags = MREMAP_MAYMOVE | MREMAP_FIXED;
    assert_eq!(space.mremap(at, 0x1000, 0x1000, flags, target), Err(ENOMEM));
    assert!(ours.iter().all(|&b| b == 7));
    assert_eq!(read::<u8>(at), Ok(0));
}

#[test]
fn fixed_mappings_replace_the_guests_own() {
    let space = space();
    let at = map(&space, 0x3000, RW);
    write(at, 1u8).unwrap();
    write(at + 0x1000, 1u8).unwrap();
    // Reaches into the gap below.
    let lower = at - 0x1000;
    assert!(space.is_free(lower, 0x1000));
    assert_eq!(space.mmap(lower, 0x2000, PROT_READ, ANON | MAP_FIXED, -1, 0), Ok(lower));
    assert_eq!(read::<u8>(at), Ok(0));
    assert_eq!(read::<u8>(at + 0x1000), Ok(1));
    assert_eq!(space.mapping_count(), 2);
    let busy = space.mmap(at, 0x1000, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0);
    assert_eq!(busy, Err(EEXIST));
    // A failed mapping leaves the gaps free.
    let below = lower - 0x1000;
    assert_eq!(space.mmap(below, 0x2000, RW, MAP_PRIVATE | MAP_FIXED, 9999, 0), Err(9));
    assert_eq!(kind(read::<u8>(below)).0, Unmapped);
}

#[test]
fn bad_arguments_give_the_kernels_errors() {
    let space = space();
    let mmap = |addr, len, flags| space.mmap(addr, len, RW, flags, -1, 0);
    assert_eq!(mmap(0, 0, ANON), Err(EINVAL));
    assert_eq!(mmap(0, u64::MAX, ANON), Err(ENOMEM));
    assert_eq!(mmap(0, 1 << 46, ANON), Err(ENOMEM));
    assert_eq!(mmap(0, 0x1000, MAP_ANONYMOUS), Err(EINVAL));
    assert_eq!(mmap(0x123, 0x1000, ANON | MAP_FIXED), Err(EINVAL));
    assert_eq!(mmap(1 << 47, 0x1000, ANON | MAP_FIXED), Err(ENOMEM));
    assert_eq!(space.munmap(0x123, 0x1000), Err(EINVAL));
    assert_eq!(space.munmap(0x1000, 0), Err(EINVAL));
    assert_eq!(space.munmap(0x1000, u64::MAX), Err(EINVAL));
    assert_eq!(space.mprotect(0x1000, 0x1000, RW), Err(ENOMEM));
    assert_eq!(space.mprotect(0x1000, 0x1000, 0x20), Err(EINVAL));
    assert_eq!(space.mremap(0x1000, 0x1000, 0x2000, 0, 0), Err(EFAULT));
    assert_eq!(space.mremap(0x1000, 0x1000, 0x2000, MREMAP_FIXED, 0), Err(EINVAL));
    assert_eq!(space.madvise(0x1000, 0, 12345), Err(EINVAL));
}

#[test]
fn hints_are_taken_where_free() {
    let space = space();
    let hint = 0x40_0000_0000;
    assert_eq!(space.mmap(hint, 0x1000, RW, ANON, -1, 0), Ok(hint));
    assert_ne!(space.mmap(hint, 0x1000, RW, ANON, -1, 0), Ok(hint));
    let high = HOST_TASK_SIZE - 0x1000;
    assert!(space.mmap(high, 0x10_0000, RW, ANON, -1, 0).unwrap() < high);
    let big = space.mmap(0, 5 << 40, 0, ANON | MAP_NORESERVE, -1, 0).unwrap();
    assert!(big >= 1 << 42 && big + (5 << 40) <= 0x5000_0000_0000);
}

#[test]
fn the_heap_grows_shrinks_and_stays_when_asked_too_much() {
    let space = space();
    assert_eq!(space.brk(0x1000), 0);
    let start = 0x7654_3000;
    space.set_brk(start);
    assert_eq!(space.brk(0), start);
    assert_eq!(space.brk(start + 0x1234), start + 0x1234);
    write(start + 0x1fff, 1u8).unwrap();
    assert_eq!(space.lookup(start).unwrap().name, RegionName::Heap);
    assert_eq!(space.brk(u64::MAX), start + 0x1234);
    assert_eq!(space.brk(start - 1), start + 0x1234);
    assert_eq!(space.brk(start + 0x3000), start + 0x3000);
    assert_eq!(space.brk(start + 1), start + 1);
    assert_eq!(kind(read::<u8>(start + 0x1000)).0, Unmapped);
    assert_eq!(space.brk(start), start);
    assert_eq!(space.mapping_count(), 0);
    let wall = space.mmap(start + 0x1000, 0x1000, RW, ANON | MAP_FIXED, -1, 0).unwrap();
    assert_eq!(space.brk(wall), wall);
    assert_eq!(space.brk(wall + 1), wall);
}

#[test]
fn remapping_grows_moves_and_shrinks() {
    let space = space();
    let upper = map(&space, 0x1000, PROT_READ);
    let at = map(&space, 0x2000, RW);
    assert_eq!(at + 0x2000, upper, "mappings are placed downwards");
    write(at + 0x1000, 77u32).unwrap();
    assert_eq!(space.mremap(at, 0x2000, 0x4000, 0, 0), Err(ENOMEM));
    let moved = space.mremap(at, 0x2000, 0x4000, MREMAP_MAYMOVE, 0).unwrap();
    assert_ne!(moved, at);
    assert_eq!(read::<u32>(moved + 0x1000), Ok(77));
    assert!(space.is_free(at, 0x2000) && space.is_mapped(moved, 0x4000));
    assert_eq!(space.mremap(moved, 0x4000, 0x1000, 0, 0), Ok(moved));
    assert_eq!(space.mremap(moved, 0x1000, 0x3000, 0, 0), Ok(moved), "grows in place");
    assert_eq!(read::<u32>(moved + 0x1000), Ok(0));
    let target = upper - 0x10_0000;
    let flags = MREMAP_MAYMOVE | MREMAP_FIXED;
    assert_eq!(space.mremap(moved, 0x3000, 0x3000, flags, target), Ok(target));
    assert!(space.is_free(moved, 0x3000) && space.is_mapped(target, 0x3000));
    assert_eq!(space.mremap(target, 0x4000, 0x5000, MREMAP_MAYMOVE, 0), Err(EFAULT));
}

#[derive(Default)]
struct Log(Mutex<Vec<(char, u64, u64)>>);

impl CodeObserver for Log {
    fn code_changed(&self, start: u64, len: u64) {
        self.0.lock().unwrap().push(('c', start, len));
    }
    fn code_protected(&self, start: u64, len: u64) {
        self.0.lock().unwrap().push(('p', start, len));
    }
}

impl Log {
    fn take(&self) -> Vec<(char, u64, u64)> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

#[test]
fn fetch_asks_the_list_and_the_observer_hears_of_changes() {
    let space = space();
    let log = Arc::new(Log::default());
    assert!(space.set_code_observer(log.clone()));
    let at = map(&space, 0x4000, RW);
    write(at + 4, 0xd65f_03c0u32).unwrap();
    assert_eq!(kind(space.fetch(at + 4)), (FetchPermission, at + 4, false));
    assert_eq!(kind(space.fetch(8)), (FetchUnmapped, 8, false));
    assert_eq!(kind(space.fetch(at + 6)).0, MisalignedPc);
    space.mprotect(at, 0x3000, PROT_EXEC).unwrap();
    assert_eq!(space.fetch(at + 4), Ok(0xd65f_03c0));
    let window = space.code_window(at).unwrap();
    assert_eq!((window.start, window.end), (at, at + 0x3000));
    assert!(window.contains(at + 0x2ffc) && !window.contains(at + 0x3000));
    space.note_write(at, 8);
    assert_eq!((log.take(), space.generation()), (vec![], window.generation));
    space.invalidate_code(at + 0x40, 64);
    assert_eq!(log.take(), [('c', at + 0x40, 64)]);

    space.mprotect(at, 0x1000, RW).unwrap();
    assert_eq!(log.take(), [('p', at, 0x1000)]);
    assert_ne!(space.generation(), window.generation);
    space.munmap(at, 0x2000).unwrap();
    assert_eq!(log.take(), [('c', at + 0x1000, 0x1000)]);
    space.mmap(at + 0x2000, 0x1000, 7, ANON | MAP_FIXED, -1, 0).unwrap();
    assert_eq!(log.take(), [('c', at + 0x2000, 0x1000)]);
    space.note_write(at + 0x2010, 4);
    space.madvise(at + 0x2000, 0x1000, 4).unwrap();
    assert_eq!(log.take(), [('c', at + 0x2000, 0x1000); 2]);
}

#[test]
fn a_second_mapping_of_code_is_an_alias() {
    let space = space();
    let fd = memory_file(0x3000);
    let data = space.mmap(0, 0x3000, RW, MAP_SHARED, fd, 0).unwrap();
    let code = space.mmap(0, 0x1000, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0x1000).unwrap();
    write(data + 0x1000, 0x1234u32).unwrap();
    assert_eq!(space.fetch(code), Ok(0x1234));
    let aliases = |at, len| {
        let found = space.code_aliases(at, len);
        found.iter().map(|r| (r.start, r.end)).collect::<Vec<_>>()
    };
    assert_eq!(aliases(data + 0xff0, 0x20), [(code, code + 0x10)]);
    assert_eq!(aliases(data, 0x1000), []);
    assert_eq!(aliases(code + 4, 4), [(code + 4, code + 8)]);
    let info = space.lookup(code).unwrap();
    assert_eq!(info.file.unwrap().1, 0x1000);
    assert!(info.shared);
}

#[test]
fn maps_show_the_guest_alone() {
    let space = space();
    let fd = memory_file(0x2000);
    let stack = space.map_stack(0x10_0000, RW).unwrap();
    let code = space.mmap(0, 0x2000, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0).unwrap();
    let text = space.maps_text();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert!(lines[0].starts_with(&format!("{code:x}-{:x} r-xp 00000000 ", code + 0x2000)));
    assert!(lines[0].ends_with("/memfd:xemu-test (deleted)"));
    assert!(lines[1].starts_with(&format!("{:x}-{:x} rw-p ", stack.start, stack.end)));
    assert!(lines[1].ends_with(" [stack]"));
    assert_eq!(space.path_at(code).unwrap(), "/memfd:xemu-test (deleted)");
}

#[test]
fn growing_protections_reach_the_stacks_start() {
    let space = space();
    let stack = space.map_stack(0x20_0000, RW).unwrap();
    let last = stack.end - 0x1000;
    space.mprotect(last, 0x1000, RW | PROT_EXEC | PROT_GROWSDOWN).unwrap();
    assert_eq!(space.lookup(stack.start).unwrap().prot, 7);
    let other = map(&space, 0x1000, RW);
    assert_eq!(space.mprotect(other, 0x1000, RW | PROT_GROWSDOWN), Err(EINVAL));
}

#[test]
fn a_stack_finds_room_when_its_place_is_taken() {
    let (first, second) = (space(), space());
    let one = first.map_stack(0x20_0000, RW).unwrap();
    let two = second.map_stack(0x20_0000, RW).unwrap();
    assert!(two.end <= one.start || one.end <= two.start);
    write(two.start, 1u8).unwrap();
}

#[test]
fn shared_segments_attach_and_detach() {
    const SYS_SHMGET: u64 = 29;
    const SYS_SHMCTL: u64 = 31;
    let space = space();
    let id = xemu_host::guest_syscall(SYS_SHMGET, [0, 0x1800, 0o1600, 0, 0, 0]) as i32;
    assert!(id >= 0);
    let first = space.shmat(id, 0, 0).unwrap();
    let second = space.shmat(id, first - 0x10_0000 + 5, SHM_RND | SHM_RDONLY).unwrap();
    assert_eq!(second, first - 0x10_0000);
    write(first + 0x1000, 5u8).unwrap();
    assert_eq!(read::<u8>(second + 0x1000), Ok(5));
    assert_eq!(kind(write(second, 5u8)).0, Permission);
    assert!(space.shmat(id, first, 0).is_err());
    space.shmdt(first).unwrap();
    assert!(space.is_free(first, 0x2000));
    assert_eq!(space.shmdt(first), Err(EINVAL));
    xemu_host::guest_syscall(SYS_SHMCTL, [id as u64, 0, 0, 0, 0, 0]);
    space.shmdt(second).unwrap();
}

#[test]
fn a_forked_child_can_use_the_list() {
    let space = space();
    let guard = space.lock_for_fork();
    let fork = xemu_host::fork().unwrap();
    drop(guard);
    match fork {
        xemu_host::Fork::Child => {
            let ok = space.mmap(0, 0x1000, RW, ANON, -1, 0).is_ok_and(|at| write(at, 1u8).is_ok());
            xemu_host::exit_group(if ok { 42 } else { 1 });
        }
        xemu_host::Fork::Parent(pid) => {
            let mut status = 0i32;
            let args = [pid as u64, &raw mut status as u64, 0, 0, 0, 0];
            assert_eq!(xemu_host::guest_syscall(61, args), i64::from(pid));
            assert_eq!(status, 42 << 8);
        }
    }
}
