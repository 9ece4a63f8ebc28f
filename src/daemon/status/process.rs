//! What the process takes of the machine, as the kernel counts it. Where `/proc` says nothing, neither
//! does this.

/// The process's figures.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Process {
    /// Bytes of memory in use.
    pub(super) memory: Option<u64>,
    /// Seconds of processor time.
    pub(super) processor: Option<f64>,
    /// Open file descriptors.
    pub(super) files: Option<u64>,
}

impl Process {
    pub(super) fn look() -> Self {
        let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let files = std::fs::read_dir("/proc/self/fd").ok().map(|list| list.count() as u64);
        Self { memory: memory(&status), processor: processor(&stat), files }
    }
}

fn memory(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

/// Fields 14 and 15 of proc(5)'s stat; the name before them may hold spaces.
fn processor(stat: &str) -> Option<f64> {
    let (_, rest) = stat.rsplit_once(") ")?;
    let fields: Vec<&str> = rest.split(' ').collect();
    let ticks: u64 = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
    Some(ticks as f64 / rustix::param::clock_ticks_per_second() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_words_are_read() {
        assert_eq!(memory("Name:\tx\nVmRSS:\t    2048 kB\n"), Some(2_097_152));
        let stat = "7 (a (b) c) S 1 7 7 0 -1 4194560 1 0 0 0 150 50 0 0 20 0 9 0 1 1 1";
        let second = rustix::param::clock_ticks_per_second() as f64;
        assert_eq!(processor(stat), Some(200.0 / second));
        let own = Process::look();
        assert!(own.memory > Some(0) && own.files > Some(0) && own.processor.is_some());
    }
}
