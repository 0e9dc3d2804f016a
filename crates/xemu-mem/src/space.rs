//! The guest's address space: mmap, munmap, mprotect, brk, and questions about the list.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use xemu_guest::GuestFault;

use crate::access::untag;
use crate::code::{self, CodeObserver, CodeWindow};
use crate::consts::*;
use crate::family::{Family, Note};
use crate::host::{self, Source};
use crate::layout::{HOST_TASK_SIZE, Layout};
use crate::list::{FileId, MapList, MappingInfo, Region, RegionName, page_range};
use crate::quota::Quota;
use crate::{maps_text, proc_text, shadow, tags};

const HUGE_PAGE: u64 = 2 << 20;
/// Below this, hints are ignored rather than tried.
const LOWEST_HINT: u64 = 0x1_0000;

/// The guest's mappings. Dropping it unmaps them.
pub struct AddressSpace {
    state: RwLock<State>,
    observer: OnceLock<Arc<dyn CodeObserver>>,
    generation: AtomicU64,
    /// Whether there ever was memory that is both writable and executable.
    writable_code: AtomicBool,
    /// PR_SET_MDWE: memory that was writable never becomes executable.
    refuse_exec_gain: AtomicBool,
    next_shared: AtomicU64,
    /// PROT_BTI and PROT_MTE as far as the processor has them.
    extra_prot: AtomicU32,
    /// Whether there ever was guarded executable memory.
    guarded: AtomicBool,
    /// Whether some thread checks tags, or did.
    checks_tags: AtomicBool,
    /// Whether there is a guarded control stack, or was.
    shadow_stacks: AtomicBool,
    /// The processes that share pages with this one.
    family: Family,
}

/// What the lock guards.
#[derive(Debug)]
pub(crate) struct State {
    pub maps: MapList,
    layout: Layout,
    brk_start: u64,
    brk: u64,
    pub quota: Quota,
}

/// What the observer has to hear once the lock is free.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    content: Vec<Range<u64>>,
    protection: Vec<Range<u64>>,
}

impl Changes {
    /// Notes the executable ones of some regions whose content is gone; tags go with it.
    pub fn add_gone(&mut self, pieces: &[(u64, Region)]) {
        for (start, piece) in pieces.iter().filter(|(_, piece)| piece.has_tags()) {
            tags::deactivate(&(*start..piece.end));
        }
        for (start, piece) in pieces.iter().filter(|(_, piece)| piece.is_shadow_stack()) {
            shadow::unmark(&(*start..piece.end));
        }
        self.content.extend(executable(pieces));
    }
}

fn executable(pieces: &[(u64, Region)]) -> impl Iterator<Item = Range<u64>> {
    pieces.iter().filter(|(_, r)| r.is_exec()).map(|(start, r)| *start..r.end)
}

/// Holds the address space still while a process forks; both sides drop it.
pub struct ForkGuard<'a>(
    #[allow(dead_code, reason = "held for its drop")] RwLockWriteGuard<'a, State>,
);

/// A checked request to map.
struct Request {
    source: Source,
    len: u64,
    align: u64,
    file: Option<(FileId, u64)>,
}

impl Request {
    fn region(&self, end: u64) -> Region {
        Region {
            end,
            prot: self.source.prot,
            flags: self.source.flags & (MAP_SHARED | MAP_PRIVATE | MAP_GROWSDOWN),
            file: self.file,
            name: RegionName::None,
        }
    }
}

impl AddressSpace {
    /// An empty space; `entropy` moves the places where things go, 0 does not.
    pub fn new(entropy: u64) -> Self {
        let state = State {
            maps: MapList::default(),
            layout: Layout::new(entropy),
            brk_start: 0,
            brk: 0,
            quota: Quota::default(),
        };
        Self {
            state: RwLock::new(state),
            observer: OnceLock::new(),
            generation: AtomicU64::new(0),
            writable_code: AtomicBool::new(false),
            refuse_exec_gain: AtomicBool::new(false),
            next_shared: AtomicU64::new(1),
            extra_prot: AtomicU32::new(0),
            guarded: AtomicBool::new(false),
            checks_tags: AtomicBool::new(false),
            shadow_stacks: AtomicBool::new(false),
            family: Family::default(),
        }
    }

    /// Says which of PROT_BTI and PROT_MTE the processor has; none at first.
    pub fn set_extra_protections(&self, prot: u32) {
        self.extra_prot.store(prot, Ordering::Relaxed);
    }

    fn extra_protections(&self) -> u32 {
        self.extra_prot.load(Ordering::Relaxed)
    }

    /// Whether some executable page is, or was, guarded (PROT_BTI).
    #[inline]
    pub fn has_guarded_pages(&self) -> bool {
        self.guarded.load(Ordering::Relaxed)
    }

    /// Before memory gets the protection `prot`: what has to be known of it from then on.
    fn note_protection(&self, prot: u32) {
        if prot & (PROT_EXEC | PROT_WRITE) == PROT_EXEC | PROT_WRITE {
            self.writable_code.store(true, Ordering::Release);
        }
        let guarded = prot & (PROT_EXEC | PROT_BTI) == PROT_EXEC | PROT_BTI;
        if guarded && !self.guarded.swap(true, Ordering::SeqCst) {
            // What is translated already does not keep BTYPE.
            self.drop_all_code();
        }
    }

    fn drop_all_code(&self) {
        self.generation.fetch_add(1, Ordering::Release);
        if let Some(observer) = self.observer.get() {
            observer.code_changed(0, HOST_TASK_SIZE);
        }
    }

    /// Whether accesses have to look whether their thread checks tags.
    #[inline]
    pub fn checks_tags(&self) -> bool {
        self.checks_tags.load(Ordering::Relaxed)
    }

    /// Before a thread begins to check tags.
    pub fn begin_checking_tags(&self) {
        if !self.checks_tags.swap(true, Ordering::SeqCst) {
            self.drop_all_code();
        }
    }

    /// Whether there is a guarded control stack, or was: calls and returns have to look whether
    /// their thread uses one, and stores whether they go to one.
    #[inline]
    pub fn has_shadow_stacks(&self) -> bool {
        self.shadow_stacks.load(Ordering::Relaxed)
    }

    /// Maps a guarded control stack, at `addr` unless that is 0. (alloc_gcs in arch/arm64/mm/gcs.c)
    pub fn map_shadow_stack(&self, addr: u64, len: u64) -> Result<u64, i32> {
        let prot = PROT_READ | PROT_WRITE | PROT_SHADOW_STACK;
        let request = self.request(len, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)?;
        if !self.shadow_stacks.swap(true, Ordering::SeqCst) {
            self.drop_all_code();
        }
        let mut state = self.lock();
        let mut changes = Changes::default();
        let at = if addr == 0 {
            state.map_anywhere(0, &request)?
        } else {
            let source =
                Source { flags: request.source.flags | MAP_FIXED_NOREPLACE, ..request.source };
            state.map_fixed(addr, &Request { source, ..request }, &mut changes)?
        };
        shadow::mark(&(at..at + page_ceil(len).unwrap_or(len)));
        self.publish(state, &changes);
        Ok(at)
    }

    /// Registers who is told of changes to executable memory; once.
    pub fn set_code_observer(&self, observer: Arc<dyn CodeObserver>) -> bool {
        self.observer.set(observer).is_ok()
    }

    pub(crate) fn lock(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn shared_lock(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends a change: makes old code windows stale, frees the lock, tells the observer.
    pub(crate) fn publish(&self, state: RwLockWriteGuard<'_, State>, changes: &Changes) {
        if changes.content.is_empty() && changes.protection.is_empty() {
            return;
        }
        self.generation.fetch_add(1, Ordering::Release);
        drop(state);
        let Some(observer) = self.observer.get() else { return };
        for range in &changes.content {
            observer.code_changed(range.start, range.end - range.start);
        }
        for range in &changes.protection {
            observer.code_protected(range.start, range.end - range.start);
        }
    }

    /// From now on, memory that is or was writable does not become executable; or does so again.
    pub fn set_refuse_exec_gain(&self, refuse: bool) {
        self.refuse_exec_gain.store(refuse, Ordering::Release);
    }

    /// Whether a change of protection is refused. (map_deny_write_exec in mm/mmap.c)
    fn denies_write_exec(&self, old: u32, new: u32) -> bool {
        let gains = new & PROT_EXEC != 0 && (new & PROT_WRITE != 0 || old & PROT_EXEC == 0);
        gains && self.refuse_exec_gain.load(Ordering::Acquire)
    }

    /// Counts changes to executable memory.
    #[inline]
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// A number for a new shared object without a file.
    fn anonymous_id(&self) -> FileId {
        FileId { dev: 0, ino: self.next_shared.fetch_add(1, Ordering::Relaxed) }
    }

    fn request(
        &self,
        len: u64,
        prot: u32,
        flags: u32,
        fd: i32,
        offset: u64,
    ) -> Result<Request, i32> {
        let kind = flags & MAP_TYPE;
        if len == 0
            || !offset.is_multiple_of(PAGE_SIZE)
            || !matches!(kind, MAP_SHARED..=3 | MAP_DROPPABLE)
        {
            return Err(EINVAL);
        }
        let huge = match flags >> 26 & 0x3f {
            _ if flags & MAP_HUGETLB == 0 => None,
            0 => Some(HUGE_PAGE),
            shift => Some(1 << shift),
        };
        let unit = huge.unwrap_or(PAGE_SIZE);
        let len = len.checked_next_multiple_of(unit).filter(|&l| l <= HOST_TASK_SIZE);
        let len = len.ok_or(ENOMEM)?;
        let anonymous = flags & MAP_ANONYMOUS != 0;
        let file = match (anonymous, kind) {
            (false, _) => Some((host::file_id(fd)?, offset)),
            (true, MAP_PRIVATE | MAP_DROPPABLE) => None,
            (true, _) => Some((self.anonymous_id(), 0)),
        };
        if !anonymous && prot & PROT_EXEC != 0 && host::is_noexec(fd) {
            return Err(EPERM);
        }
        // Aligned whole huge pages let the host use them behind ordinary mappings.
        let whole_huge = anonymous && len.is_multiple_of(HUGE_PAGE);
        let align = if whole_huge { HUGE_PAGE.max(unit) } else { unit };
        Ok(Request { source: Source { prot, flags, fd, offset }, len, align, file })
    }

    /// mmap. Flags and protections are arm64's; `offset` in bytes. Gives the address.
    pub fn mmap(
        &self,
        addr: u64,
        len: u64,
        prot: u32,
        flags: u32,
        fd: i32,
        offset: u64,
    ) -> Result<u64, i32> {
        // As in the kernel, what the processor does not have is not an error here.
        let prot = prot & !(PROT_BTI | PROT_MTE) | prot & self.extra_protections();
        let request = self.request(len, prot, flags, fd, offset)?;
        if self.denies_write_exec(prot, prot) {
            return Err(EACCES);
        }
        if prot & PROT_MTE != 0 && flags & (MAP_ANONYMOUS | MAP_SHARED) == 0 {
            return Err(EINVAL);
        }
        self.note_protection(prot);
        let mut state = self.lock();
        let mut changes = Changes::default();
        let fixed = flags & (MAP_FIXED | MAP_FIXED_NOREPLACE) != 0;
        let over = if fixed {
            state.maps.pieces(&(addr..addr.saturating_add(request.len)))
        } else {
            Vec::new()
        };
        state.check_growth(request.len, &over, &request.region(0))?;
        let at = if fixed {
            state.map_fixed(addr, &request, &mut changes)?
        } else {
            state.map_anywhere(addr, &request)?
        };
        if let Err(errno) = state.lock_new(&(at..at + request.len), flags & MAP_LOCKED != 0) {
            let _ = state.unmap(&(at..at + request.len), &mut changes);
            self.publish(state, &changes);
            return Err(errno);
        }
        if prot & PROT_MTE != 0 {
            tags::activate(&(at..at + request.len));
        }
        if prot & PROT_EXEC != 0 && request.file.is_some() && flags & MAP_SHARED != 0 {
            self.family.open();
        }
        self.publish(state, &changes);
        Ok(at)
    }

    /// munmap. Memory in the range that is not the guest's stays.
    pub fn munmap(&self, addr: u64, len: u64) -> Result<(), i32> {
        let addr = untag(addr);
        let range = page_range(addr, len).filter(|r| r.end <= HOST_TASK_SIZE).ok_or(EINVAL)?;
        if !addr.is_multiple_of(PAGE_SIZE) || len == 0 {
            return Err(EINVAL);
        }
        let mut state = self.lock();
        let mut changes = Changes::default();
        let result = state.unmap(&range, &mut changes);
        self.publish(state, &changes);
        result
    }

    /// mprotect. Parts before a hole change also when the hole makes it fail with ENOMEM.
    pub fn mprotect(&self, addr: u64, len: u64, prot: u32) -> Result<(), i32> {
        const KNOWN: u32 = PROT_READ | PROT_WRITE | PROT_EXEC | PROT_SEM;
        const GROWS: u32 = PROT_GROWSDOWN | PROT_GROWSUP;
        let addr = untag(addr);
        let known = KNOWN | self.extra_protections();
        if !addr.is_multiple_of(PAGE_SIZE) || prot & GROWS == GROWS || prot & !(known | GROWS) != 0
        {
            return Err(EINVAL);
        }
        if len == 0 {
            return Ok(());
        }
        let mut range = page_range(addr, len).filter(|r| r.end <= HOST_TASK_SIZE).ok_or(ENOMEM)?;
        let mut state = self.lock();
        if prot & GROWS != 0 {
            let (start, region) = state.maps.at(addr).ok_or(ENOMEM)?;
            if prot & PROT_GROWSUP != 0 || !region.grows_down() {
                return Err(EINVAL);
            }
            range.start = start;
        }
        let prot = prot & known;
        self.note_protection(prot);
        let mut changes = Changes::default();
        // What lies before the part that is refused changes, as in the kernel.
        let pieces = state.maps.pieces(&range);
        let refused = pieces.iter().find(|(_, r)| self.denies_write_exec(r.prot, prot));
        let end = refused.map_or(range.end, |(start, _)| *start);
        if prot & PROT_EXEC != 0 && pieces.iter().any(|(_, r)| r.is_shared()) {
            self.family.open();
        }
        let result = state.protect(&(range.start..end), prot, &mut changes);
        let result = if refused.is_some() { result.and(Err(EACCES)) } else { result };
        self.publish(state, &changes);
        result
    }

    /// Makes `start` the heap's beginning: the first page after the program.
    pub fn set_brk(&self, start: u64) {
        let mut state = self.lock();
        state.brk_start = start;
        state.brk = start;
    }

    /// The heap's beginning and present end.
    pub fn brk_range(&self) -> (u64, u64) {
        let state = self.shared_lock();
        (state.brk_start, state.brk)
    }

    /// brk: gives the heap's end, which is the old one when the request cannot be met.
    pub fn brk(&self, new: u64) -> u64 {
        let mut state = self.lock();
        let mut changes = Changes::default();
        // A failure leaves the end where it was, which is the answer.
        let _ = state.set_brk_end(new, &mut changes);
        let end = state.brk;
        self.publish(state, &changes);
        end
    }

    /// Maps the first thread's stack of `size` bytes at the top, or where there is room when
    /// something is there; gives its range.
    pub fn map_stack(&self, size: u64, prot: u32) -> Result<Range<u64>, i32> {
        let size = page_ceil(size).filter(|&s| s > 0 && s <= 1 << 40).ok_or(ENOMEM)?;
        let mut state = self.lock();
        state.layout.reserve_stack(size);
        let top = state.layout.stack_top;
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_GROWSDOWN;
        let source = Source { prot, flags, fd: -1, offset: 0 };
        let start = match host::map_new(&(top - size..top), &source) {
            Ok(()) => top - size,
            Err(EEXIST) => {
                state.place(size, PAGE_SIZE, |_, range| host::map_new(range, &source))?
            }
            Err(errno) => return Err(errno),
        };
        // The kernel's own stacks grow in small pages. One that knows no others refuses.
        let _ = host::advise(&(start..start + size), MADV_NOHUGEPAGE);
        let region = Region {
            end: start + size,
            prot,
            flags: MAP_PRIVATE | MAP_GROWSDOWN,
            file: None,
            name: RegionName::Stack,
        };
        state.maps.insert(start, region);
        Ok(start..start + size)
    }

    /// Gives a range its name in /proc/self/maps.
    pub fn set_name(&self, start: u64, len: u64, name: &RegionName) {
        if let Some(range) = page_range(start, len) {
            self.lock().maps.update(&range, |region| region.name = name.clone());
        }
    }

    /// The places where things go.
    pub fn layout(&self) -> Layout {
        self.shared_lock().layout.clone()
    }

    /// The mapping at an address.
    pub fn lookup(&self, addr: u64) -> Option<MappingInfo> {
        self.shared_lock().maps.info(untag(addr))
    }

    /// All mappings, sorted.
    pub fn mappings(&self) -> Vec<MappingInfo> {
        self.shared_lock().maps.infos()
    }

    /// Whether all of a range belongs to the guest.
    pub fn is_mapped(&self, addr: u64, len: u64) -> bool {
        page_range(untag(addr), len).is_some_and(|r| self.shared_lock().maps.is_covered(&r))
    }

    /// Whether nothing of the guest is in a range.
    pub fn is_free(&self, addr: u64, len: u64) -> bool {
        page_range(addr, len).is_some_and(|r| self.shared_lock().maps.is_free(&r))
    }

    /// How many mappings there are.
    pub fn mapping_count(&self) -> usize {
        self.shared_lock().maps.len()
    }

    /// Where instructions may be fetched from around `pc`.
    pub fn code_window(&self, pc: u64) -> Result<CodeWindow, GuestFault> {
        let state = self.shared_lock();
        code::window_at(&state.maps, pc, self.generation())
    }

    /// The executable ranges that show the same memory as a range: itself, and other mappings of
    /// the same pages, of which other processes are told too. What a program that writes code
    /// through one mapping and runs it through another wants invalidated.
    pub fn code_aliases(&self, addr: u64, len: u64) -> Vec<Range<u64>> {
        let addr = untag(addr);
        let Some(end) = addr.checked_add(len) else { return Vec::new() };
        let state = self.shared_lock();
        if self.family.has_others() {
            self.tell_others(&state, &(addr..end));
        }
        code::aliases(&state.maps, &(addr..end))
    }

    /// The lowest of the addresses at which the memory at an address is mapped: its own, unless it
    /// is shared memory that is mapped more than once.
    pub fn first_alias(&self, addr: u64) -> u64 {
        let plain = untag(addr);
        let state = self.shared_lock();
        let Some((start, region)) = state.maps.at(plain).filter(|(_, r)| r.is_shared()) else {
            return plain;
        };
        let Some((file, offset)) = region.file else { return plain };
        let wanted = offset + (plain - start);
        let same = |(at, r): (u64, &Region)| match r.file {
            Some((id, from)) if id == file && r.is_shared() && wanted >= from => {
                Some(at + (wanted - from)).filter(|alias| *alias < r.end)
            }
            _ => None,
        };
        state.maps.all().find_map(same).unwrap_or(plain)
    }

    /// Tells the processes that share a range's pages that their content changed.
    fn tell_others(&self, state: &State, range: &Range<u64>) {
        for (start, piece) in state.maps.pieces(range) {
            let Some((file, offset)) = piece.file.filter(|_| piece.is_shared()) else { continue };
            self.family.write(Note { file, offset, len: piece.end - start });
        }
    }

    /// In a new process: its parent has the same shared pages, and keeps its locks to itself.
    pub fn after_fork(&self) {
        self.family.forked();
        self.lock().quota.forget_locking();
    }

    /// Drops the translations of code that other processes have changed. To be called where a
    /// program may rely on having heard of it: when a system call returns.
    #[inline]
    pub fn hear_of_changed_code(&self) {
        if self.family.has_news() {
            self.read_news();
        }
    }

    #[cold]
    fn read_news(&self) {
        let (to, notes) = self.family.read();
        match notes {
            None => self.drop_all_code(),
            Some(notes) => {
                let state = self.lock();
                let mut changes = Changes::default();
                for Note { file, offset, len } in notes {
                    let parts = code::executable_parts(&state.maps, file, offset..offset + len);
                    changes.content.extend(parts);
                }
                self.publish(state, &changes);
            }
        }
        self.family.mark_read(to);
    }

    /// Tells the observer that code may have changed, at all addresses where it can be executed:
    /// what IC IVAU means.
    pub fn invalidate_code(&self, addr: u64, len: u64) {
        let content = self.code_aliases(addr, len);
        let changes = Changes { content, protection: Vec::new() };
        self.publish(self.lock(), &changes);
    }

    /// Tells the observer that the kernel wrote guest memory, when code is there: after system
    /// calls like read.
    pub fn note_write(&self, addr: u64, len: u64) {
        if !self.writable_code.load(Ordering::Acquire) || len == 0 {
            return;
        }
        let Some(range) = page_range(untag(addr), len) else { return };
        let state = self.lock();
        let mut changes = Changes::default();
        changes.add_gone(&state.maps.pieces(&range));
        self.publish(state, &changes);
    }

    /// /proc/self/maps as the guest sees it.
    pub fn maps_text(&self) -> String {
        let state = self.shared_lock();
        maps_text::render(&host_maps(), &state.maps.infos())
    }

    /// /proc/self/smaps as the guest sees it, from the host's.
    pub fn smaps_text(&self, host: &str) -> String {
        proc_text::smaps(host, &self.mappings())
    }

    /// /proc/self/numa_maps, from the host's.
    pub fn numa_maps_text(&self, host: &str) -> String {
        proc_text::numa_maps(host, &self.mappings())
    }

    /// The path of the file mapped at an address.
    pub fn path_at(&self, addr: u64) -> Option<String> {
        let addr = untag(addr);
        self.lookup(addr)?;
        maps_text::path_at(&host_maps(), addr)
    }

    /// To be held across a fork, so that the child's list is whole and its lock free.
    pub fn lock_for_fork(&self) -> ForkGuard<'_> {
        ForkGuard(self.lock())
    }

    /// Unmaps everything.
    pub fn clear(&self) {
        let mut state = self.lock();
        let mut changes = Changes::default();
        // What cannot be unmapped stays in the list.
        let _ = state.unmap(&(0..HOST_TASK_SIZE), &mut changes);
        state.brk_start = 0;
        state.brk = 0;
        self.publish(state, &changes);
    }
}

impl Drop for AddressSpace {
    fn drop(&mut self) {
        self.clear();
    }
}

impl std::fmt::Debug for AddressSpace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.shared_lock().fmt(f)
    }
}

/// The host's own list; empty where there is no /proc.
fn host_maps() -> String {
    let bytes = std::fs::read("/proc/self/maps").unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

impl State {
    fn heap_room(&self) -> Range<u64> {
        match self.brk_start {
            0 => 0..0,
            start => start..start.saturating_add(self.layout.brk_room),
        }
    }

    fn map_anywhere(&mut self, hint: u64, request: &Request) -> Result<u64, i32> {
        if let Some(at) = self.try_hint(hint, request) {
            return Ok(at);
        }
        let source = request.source;
        let placed = self.place(request.len, request.align, |state, range| {
            host::map_new(range, &source)?;
            state.maps.insert(range.start, request.region(range.end));
            Ok(())
        });
        if placed != Err(EINVAL) || source.flags & MAP_ANONYMOUS != 0 {
            return placed;
        }
        // Some files let nobody choose the address.
        // (io_uring_get_unmapped_area in io_uring/memmap.c)
        let at = host::map_where_the_file_likes(request.len, &source)?;
        self.maps.insert(at, request.region(at + request.len));
        Ok(at)
    }

    fn try_hint(&mut self, hint: u64, request: &Request) -> Option<u64> {
        let start = page_ceil(hint).filter(|&at| at >= LOWEST_HINT)?;
        let end = start.checked_add(request.len).filter(|&end| end <= HOST_TASK_SIZE)?;
        let range = start..end;
        if !self.maps.is_free(&range) || host::map_new(&range, &request.source).is_err() {
            return None;
        }
        self.maps.insert(start, request.region(end));
        Some(start)
    }

    /// Finds room for `len` bytes and lets `map` map it. A place where `map` finds something else
    /// (EEXIST, or EINVAL of shmat) is passed over.
    pub fn place(
        &mut self,
        len: u64,
        align: u64,
        map: impl Fn(&mut Self, &Range<u64>) -> Result<(), i32>,
    ) -> Result<u64, i32> {
        const ATTEMPTS: u32 = 64;
        let avoid = self.heap_room();
        for mut window in self.layout.windows() {
            for attempt in 0..ATTEMPTS {
                let Some(at) = self.maps.find_gap(&window, &avoid, len, align) else { break };
                match map(self, &(at..at + len)) {
                    Ok(()) => return Ok(at),
                    Err(EEXIST) => window.end = at.saturating_sub(0x1000 << attempt.min(24)),
                    Err(errno) => return Err(errno),
                }
            }
        }
        Err(ENOMEM)
    }

    fn map_fixed(
        &mut self,
        addr: u64,
        request: &Request,
        changes: &mut Changes,
    ) -> Result<u64, i32> {
        if !addr.is_multiple_of(PAGE_SIZE) {
            return Err(EINVAL);
        }
        let end = addr.checked_add(request.len).filter(|&end| end <= HOST_TASK_SIZE);
        let range = addr..end.ok_or(ENOMEM)?;
        let keep = request.source.flags & MAP_FIXED_NOREPLACE != 0;
        if self.maps.is_free(&range) {
            let emulator_there = if keep { EEXIST } else { ENOMEM };
            host::map_new(&range, &request.source)
                .map_err(|e| if e == EEXIST { emulator_there } else { e })?;
        } else if keep {
            return Err(EEXIST);
        } else {
            self.with_gaps_reserved(&range, |range| host::map_over(range, &request.source))?;
        }
        let old = self.maps.insert(addr, request.region(range.end));
        changes.add_gone(&old);
        Ok(addr)
    }

    /// Makes all of a range the guest's while `map` maps over it: reserves its gaps first, which
    /// fails with ENOMEM where the emulator is, and frees them again when `map` fails.
    pub fn with_gaps_reserved<T>(
        &self,
        range: &Range<u64>,
        map: impl FnOnce(&Range<u64>) -> Result<T, i32>,
    ) -> Result<T, i32> {
        let gaps = self.maps.gaps(range);
        let mut reserved = 0;
        let mut result = Ok(());
        for gap in &gaps {
            result = host::map_new(gap, &Source::RESERVATION);
            if result.is_err() {
                break;
            }
            reserved += 1;
        }
        let result = match result {
            Ok(()) => map(range),
            Err(EEXIST) => Err(ENOMEM),
            Err(errno) => Err(errno),
        };
        if result.is_err() {
            for gap in &gaps[..reserved] {
                // The gap was reserved above, so it is there to be unmapped.
                let _ = host::unmap(gap);
            }
        }
        result
    }

    pub fn unmap(&mut self, range: &Range<u64>, changes: &mut Changes) -> Result<(), i32> {
        // What is adjacent goes at once: when a part is sealed, all of it stays.
        let mut runs: Vec<Range<u64>> = Vec::new();
        for (start, piece) in self.maps.pieces(range) {
            match runs.last_mut() {
                Some(run) if run.end == start => run.end = piece.end,
                _ => runs.push(start..piece.end),
            }
        }
        for run in runs {
            host::unmap(&run)?;
            changes.add_gone(&self.maps.remove(&run));
        }
        Ok(())
    }

    fn protect(&mut self, range: &Range<u64>, prot: u32, changes: &mut Changes) -> Result<(), i32> {
        let covered = match self.maps.gaps(range).first() {
            Some(gap) => range.start..gap.start,
            None => range.clone(),
        };
        for (start, piece) in self.maps.pieces(&covered) {
            // (arch_validate_flags in arch/arm64/include/asm/mman.h)
            if piece.is_shadow_stack() && prot & PROT_EXEC != 0 {
                return Err(EINVAL);
            }
            // Memory that has tags keeps them. (VM_MTE in arch/arm64/include/asm/mman.h)
            let prot = prot | piece.prot & (PROT_MTE | PROT_SHADOW_STACK);
            let part = start..piece.end;
            if prot & !piece.prot & PROT_MTE != 0 {
                if piece.file.is_some_and(|_| !piece.is_shared()) {
                    return Err(EINVAL);
                }
                tags::activate(&part);
            }
            // Also when the host's protection stays: the memory may be sealed.
            host::protect(&part, prot)?;
            if piece.prot == prot {
                continue;
            }
            self.maps.update(&part, |region| region.prot = prot);
            let guard_changes = (prot ^ piece.prot) & PROT_BTI != 0;
            if piece.is_exec() && (prot & PROT_EXEC == 0 || guard_changes) {
                changes.protection.push(part);
            }
        }
        if covered == *range { Ok(()) } else { Err(ENOMEM) }
    }

    fn set_brk_end(&mut self, new: u64, changes: &mut Changes) -> Result<(), i32> {
        let room = self.heap_room();
        if new < room.start || new > room.end || room.is_empty() {
            return Err(ENOMEM);
        }
        let old_end = page_ceil(self.brk).ok_or(ENOMEM)?;
        let new_end = page_ceil(new).ok_or(ENOMEM)?;
        if new_end > old_end {
            if new - room.start > host::data_limit() {
                return Err(ENOMEM);
            }
            self.grow_heap(old_end..new_end)?;
            if let Err(errno) = self.lock_new(&(old_end..new_end), false) {
                self.unmap(&(old_end..new_end), changes)?;
                return Err(errno);
            }
        } else if new_end < old_end {
            self.unmap(&(new_end..old_end), changes)?;
        }
        self.brk = new;
        Ok(())
    }

    fn grow_heap(&mut self, range: Range<u64>) -> Result<(), i32> {
        if !self.maps.is_free(&range) {
            return Err(ENOMEM);
        }
        let prot = PROT_READ | PROT_WRITE;
        let source = Source { prot, flags: MAP_PRIVATE | MAP_ANONYMOUS, fd: -1, offset: 0 };
        let name = RegionName::Heap;
        let region = Region { end: range.end, prot, flags: MAP_PRIVATE, file: None, name };
        self.check_growth(range.end - range.start, &[], &region)?;
        host::map_new(&range, &source)?;
        self.maps.insert(range.start, region);
        Ok(())
    }
}
