//! File status, and the epoll event: structures whose layout differs between the architectures.

use crate::wire::Wire;
use crate::wire_struct;

wire_struct! {
    /// `struct stat` of arm64. (include/uapi/asm-generic/stat.h)
    pub struct Stat [128] {
        /// Device.
        0 st_dev: u64,
        /// Inode number.
        8 st_ino: u64,
        /// Type and permissions.
        16 st_mode: u32,
        /// Number of hard links.
        20 st_nlink: u32,
        /// Owner.
        24 st_uid: u32,
        /// Group.
        28 st_gid: u32,
        /// Device number, of a special file.
        32 st_rdev: u64,
        /// Size in bytes.
        48 st_size: i64,
        /// Preferred block size.
        56 st_blksize: i32,
        /// Number of 512-byte blocks.
        64 st_blocks: i64,
        /// Last access: seconds, nanoseconds.
        72 st_atime: [u64; 2],
        /// Last change of the data.
        88 st_mtime: [u64; 2],
        /// Last change of the status.
        104 st_ctime: [u64; 2],
    }
}

wire_struct! {
    /// `struct stat` of x86-64. (arch/x86/include/uapi/asm/stat.h)
    pub struct HostStat [144] {
        /// Device.
        0 st_dev: u64,
        /// Inode number.
        8 st_ino: u64,
        /// Number of hard links.
        16 st_nlink: u64,
        /// Type and permissions.
        24 st_mode: u32,
        /// Owner.
        28 st_uid: u32,
        /// Group.
        32 st_gid: u32,
        /// Device number, of a special file.
        40 st_rdev: u64,
        /// Size in bytes.
        48 st_size: i64,
        /// Preferred block size.
        56 st_blksize: i64,
        /// Number of 512-byte blocks.
        64 st_blocks: i64,
        /// Last access: seconds, nanoseconds.
        72 st_atime: [u64; 2],
        /// Last change of the data.
        88 st_mtime: [u64; 2],
        /// Last change of the status.
        104 st_ctime: [u64; 2],
    }
}

impl From<HostStat> for Stat {
    fn from(h: HostStat) -> Self {
        Self {
            st_dev: h.st_dev,
            st_ino: h.st_ino,
            st_mode: h.st_mode,
            // The kernel's own narrowing: cp_new_stat stores nlink in 32 bits on arm64.
            st_nlink: h.st_nlink as u32,
            st_uid: h.st_uid,
            st_gid: h.st_gid,
            st_rdev: h.st_rdev,
            st_size: h.st_size,
            st_blksize: h.st_blksize as i32,
            st_blocks: h.st_blocks,
            st_atime: h.st_atime,
            st_mtime: h.st_mtime,
            st_ctime: h.st_ctime,
        }
    }
}

/// The mask of the file type in `st_mode`.
pub const S_IFMT: u32 = 0o170000;
/// A regular file.
pub const S_IFREG: u32 = 0o100000;
/// A directory.
pub const S_IFDIR: u32 = 0o040000;

wire_struct! {
    /// `struct epoll_event` of arm64, where it is not packed.
    pub struct EpollEvent [16] {
        /// The events.
        0 events: u32,
        /// The caller's own word.
        8 data: u64,
    }
}

wire_struct! {
    /// `struct epoll_event` of x86-64, packed. (include/uapi/linux/eventpoll.h)
    pub struct HostEpollEvent [12] {
        /// The events.
        0 events: u32,
        /// The caller's own word.
        4 data: u64,
    }
}

impl From<HostEpollEvent> for EpollEvent {
    fn from(h: HostEpollEvent) -> Self {
        Self { events: h.events, data: h.data }
    }
}

impl From<EpollEvent> for HostEpollEvent {
    fn from(g: EpollEvent) -> Self {
        Self { events: g.events, data: g.data }
    }
}

/// Converts an array of host events into guest events.
pub fn epoll_events_to_guest(host: &[u8], count: usize) -> Vec<u8> {
    let mut out = vec![0; count * EpollEvent::SIZE];
    for i in 0..count {
        let event = HostEpollEvent::decode(&host[i * HostEpollEvent::SIZE..]);
        EpollEvent::from(event).encode(&mut out[i * EpollEvent::SIZE..]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::check_fields;

    #[test]
    fn layouts_are_well_formed() {
        check_fields(Stat::SIZE, Stat::FIELDS);
        check_fields(HostStat::SIZE, HostStat::FIELDS);
        check_fields(EpollEvent::SIZE, EpollEvent::FIELDS);
        check_fields(HostEpollEvent::SIZE, HostEpollEvent::FIELDS);
    }

    #[test]
    fn stat_is_converted_field_by_field() {
        let host = HostStat { st_nlink: 3, st_mode: 0o100644, st_size: -1, ..Default::default() };
        let bytes = Stat::from(host).to_vec();
        assert_eq!(bytes.len(), 128);
        assert_eq!(&bytes[16..24], &[0xa4, 0x81, 0, 0, 3, 0, 0, 0]);
        assert_eq!(&bytes[48..56], &[0xff; 8]);
    }

    #[test]
    fn epoll_events_are_spread() {
        let mut host = vec![0; 24];
        HostEpollEvent { events: 1, data: 7 }.encode(&mut host);
        HostEpollEvent { events: 4, data: u64::MAX }.encode(&mut host[12..]);
        let guest = epoll_events_to_guest(&host, 2);
        assert_eq!(EpollEvent::decode(&guest), EpollEvent { events: 1, data: 7 });
        assert_eq!(EpollEvent::decode(&guest[16..]), EpollEvent { events: 4, data: u64::MAX });
    }
}
