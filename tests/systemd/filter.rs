//! The unit's filter of system calls as a classic BPF program, which bubblewrap loads.
//!
//! The names behind `@system-service` are asked of systemd itself, their numbers of the kernel's header.
//! Beside the list stand the rules that systemd makes of single settings: no memory that is writable and
//! executable, no namespaces, no other families of sockets.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use super::tool;
use super::unit::Unit;

/// Numbers of system calls on this machine.
const HEADERS: [&str; 2] =
    ["/usr/include/x86_64-linux-gnu/asm/unistd_64.h", "/usr/include/asm-generic/unistd.h"];

const LOAD: u16 = 0x20;
const JUMP_EQUAL: u16 = 0x15;
const JUMP_SET: u16 = 0x45;
const AND: u16 = 0x54;
const RETURN: u16 = 0x06;

const ALLOW: u32 = 0x7fff_0000;
const KILL: u32 = 0x8000_0000;
const ERRNO: u32 = 0x0005_0000;
const EPERM: u32 = 1;
const ENOSYS: u32 = 38;
const EAFNOSUPPORT: u32 = 97;

#[cfg(target_arch = "x86_64")]
const ARCHITECTURE: u32 = 0xc000_003e;
#[cfg(not(target_arch = "x86_64"))]
const ARCHITECTURE: u32 = 0xc000_00b7;

/// CLONE_NEWNS, CGROUP, UTS, IPC, USER, PID, NET.
const NAMESPACES: u32 = 0x7e02_0000;
const WRITE_AND_EXECUTE: u32 = 6;
const EXECUTE: u32 = 4;

/// Instructions as the kernel wants them.
struct Program(Vec<u8>);

impl Program {
    fn add(&mut self, code: u16, yes: u8, no: u8, value: u32) {
        self.0.extend(code.to_ne_bytes());
        self.0.extend([yes, no]);
        self.0.extend(value.to_ne_bytes());
    }

    /// Skips the next `instructions` unless the call is this one. The number is loaded.
    fn of(&mut self, number: u32, instructions: u8) {
        self.add(JUMP_EQUAL, 0, instructions, number);
    }

    /// Offset of the low half of an argument in seccomp_data, little-endian.
    fn load_argument(&mut self, at: u32) {
        self.add(LOAD, 0, 0, 16 + 8 * at);
    }

    fn load_number(&mut self) {
        self.add(LOAD, 0, 0, 0);
    }

    fn refuse(&mut self, errno: u32) {
        self.add(RETURN, 0, 0, ERRNO | errno);
    }
}

/// The program; `None` where systemd or the header is missing.
pub(super) fn program(unit: &Unit) -> Option<Vec<u8>> {
    unit.must("SystemCallErrorNumber", "EPERM");
    unit.must("SystemCallArchitectures", "native");
    unit.must("MemoryDenyWriteExecute", "yes");
    unit.must("RestrictNamespaces", "yes");
    unit.must("RestrictAddressFamilies", "AF_INET AF_INET6 AF_UNIX");
    let mut names = set("@default")?;
    for line in unit.all("SystemCallFilter") {
        match line.strip_prefix('~') {
            None => names.extend(sets(line)?),
            Some(without) => {
                let without = sets(without)?;
                names.retain(|name| !without.contains(name));
            }
        }
    }
    let numbers = numbers();
    let number = |name: &str| numbers.get(name).copied();
    let mut program = Program(Vec::new());
    program.add(LOAD, 0, 0, 4);
    program.add(JUMP_EQUAL, 1, 0, ARCHITECTURE);
    program.add(RETURN, 0, 0, KILL);
    program.load_number();
    if let Some(number) = number("mmap") {
        program.of(number, 5);
        program.load_argument(2);
        program.add(AND, 0, 0, WRITE_AND_EXECUTE);
        program.add(JUMP_EQUAL, 0, 1, WRITE_AND_EXECUTE);
        program.refuse(EPERM);
        program.load_number();
    }
    for name in ["mprotect", "pkey_mprotect"] {
        if let Some(number) = number(name) {
            bits(&mut program, number, 2, EXECUTE);
        }
    }
    for name in ["clone", "unshare"] {
        if let Some(number) = number(name) {
            bits(&mut program, number, 0, NAMESPACES);
        }
    }
    // Its flags lie in memory, where no filter can look: systemd hides it, and libc takes clone.
    if let Some(number) = number("clone3") {
        program.of(number, 1);
        program.refuse(ENOSYS);
    }
    if let Some(number) = number("socket") {
        program.of(number, 6);
        program.load_argument(0);
        for family in [1, 2, 10] {
            // On to the number again, over those that are left and the refusal.
            program.add(
                JUMP_EQUAL,
                match family {
                    1 => 3,
                    2 => 2,
                    _ => 1,
                },
                0,
                family,
            );
        }
        program.refuse(EAFNOSUPPORT);
        program.load_number();
    }
    for number in names.iter().filter_map(|name| number(name)) {
        program.of(number, 1);
        program.add(RETURN, 0, 0, ALLOW);
    }
    program.refuse(EPERM);
    Some(program.0)
}

/// Refuses the call when any of these bits is set in the argument.
fn bits(program: &mut Program, number: u32, argument: u32, bits: u32) {
    program.of(number, 4);
    program.load_argument(argument);
    program.add(JUMP_SET, 0, 1, bits);
    program.refuse(EPERM);
    program.load_number();
}

fn sets(words: &str) -> Option<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for word in words.split(' ') {
        names.extend(set(word)?);
    }
    Some(names)
}

/// The calls behind a name, sets within sets included.
fn set(name: &str) -> Option<BTreeSet<String>> {
    if !name.starts_with('@') {
        return Some(BTreeSet::from([name.to_owned()]));
    }
    let output = tool(Command::new("systemd-analyze").args(["syscall-filter", name]))?;
    assert!(output.status.success(), "{name}: {output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let mut names = BTreeSet::new();
    for line in text.lines().skip(1).map(str::trim) {
        if !line.is_empty() && !line.starts_with('#') {
            names.extend(set(line)?);
        }
    }
    Some(names)
}

fn numbers() -> BTreeMap<String, u32> {
    let header = HEADERS.iter().find_map(|path| std::fs::read_to_string(path).ok());
    let header = header.unwrap_or_else(|| panic!("none of {HEADERS:?}: install linux-libc-dev"));
    header
        .lines()
        .filter_map(|line| line.strip_prefix("#define __NR_")?.split_once(' '))
        .filter_map(|(name, number)| Some((name.to_owned(), number.trim().parse().ok()?)))
        .collect()
}
