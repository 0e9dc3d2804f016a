//! System V IPC: of the three status structures only the semaphore set's differs.

use crate::wire_struct;

wire_struct! {
    /// `struct semid64_ds` of arm64. (include/uapi/asm-generic/sembuf.h)
    pub struct SemidDs [88] {
        /// `struct ipc64_perm`, equal on both.
        0 sem_perm: [u64; 6],
        /// Last semop.
        48 sem_otime: i64,
        /// Last change.
        56 sem_ctime: i64,
        /// How many semaphores.
        64 sem_nsems: u64,
    }
}

wire_struct! {
    /// `struct semid64_ds` of x86-64, with a spare word behind each time.
    /// (arch/x86/include/uapi/asm/sembuf.h)
    pub struct HostSemidDs [104] {
        /// `struct ipc64_perm`, equal on both.
        0 sem_perm: [u64; 6],
        /// Last semop.
        48 sem_otime: i64,
        /// Last change.
        64 sem_ctime: i64,
        /// How many semaphores.
        80 sem_nsems: u64,
    }
}

impl From<HostSemidDs> for SemidDs {
    fn from(h: HostSemidDs) -> Self {
        Self {
            sem_perm: h.sem_perm,
            sem_otime: h.sem_otime,
            sem_ctime: h.sem_ctime,
            sem_nsems: h.sem_nsems,
        }
    }
}

impl From<SemidDs> for HostSemidDs {
    fn from(g: SemidDs) -> Self {
        Self {
            sem_perm: g.sem_perm,
            sem_otime: g.sem_otime,
            sem_ctime: g.sem_ctime,
            sem_nsems: g.sem_nsems,
        }
    }
}

/// The size of `struct shmid64_ds`, equal on both. (include/uapi/asm-generic/shmbuf.h)
pub const SHMID_DS_SIZE: usize = 112;
/// The offset of `shm_segsz` in `struct shmid64_ds`.
pub const SHM_SEGSZ_OFFSET: usize = 48;

/// Sets the owner and the permissions.
pub const IPC_SET: u32 = 1;
/// Reads the status.
pub const IPC_STAT: u32 = 2;
/// semctl: status by index.
pub const SEM_STAT: u32 = 18;
/// semctl: status by index, without a permission check.
pub const SEM_STAT_ANY: u32 = 20;

/// shmat: attach read-only.
pub const SHM_RDONLY: u32 = 0o10000;
/// shmat: round the address down.
pub const SHM_RND: u32 = 0o20000;
/// shmat: replace what is mapped there.
pub const SHM_REMAP: u32 = 0o40000;
/// shmat: executable.
pub const SHM_EXEC: u32 = 0o100000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Wire, check_fields};

    #[test]
    fn semaphore_status_moves_its_fields() {
        check_fields(SemidDs::SIZE, SemidDs::FIELDS);
        check_fields(HostSemidDs::SIZE, HostSemidDs::FIELDS);
        let host = HostSemidDs { sem_otime: 1, sem_ctime: 2, sem_nsems: 3, sem_perm: [9; 6] };
        let guest = SemidDs::from(host);
        let bytes = guest.to_vec();
        assert_eq!((bytes[48], bytes[56], bytes[64]), (1, 2, 3));
        assert_eq!(HostSemidDs::from(guest), host);
    }
}
