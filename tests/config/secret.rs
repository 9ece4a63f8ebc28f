//! The password: where it is looked for, in which order, and that nothing prints it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use watchlistd::config::{self, Environment, Files};
use watchlistd::model::{Level, Problem};

use super::{SERVICE, texts};

/// The password's text, which only the test may see, and the problems.
fn find(mail: &str, folder: &Path, environment: &Environment) -> (Option<String>, Vec<Problem>) {
    let text = SERVICE.replace("[mail]", &format!("[mail]\n{mail}"));
    let files = Files::from_texts(folder, texts(&[("watchlistd.toml", &text)]));
    let parsed = config::parse(&files, environment);
    assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
    let settings = parsed.settings.expect("valid");
    let (secret, problems) = config::password(&settings.mail, environment);
    assert!(!format!("{settings:?}{environment:?}{secret:?}{problems:?}").contains("hunter"));
    (secret.map(|one| secrecy::ExposeSecret::expose_secret(&one).to_owned()), problems)
}

fn write(path: &Path, text: &str, mode: u32) {
    fs::write(path, text).expect("can be written");
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("is ours");
}

#[test]
fn the_file_comes_first_then_systemd_then_the_variable() {
    let folder = tempfile::tempdir().unwrap();
    let credentials = tempfile::tempdir().unwrap();
    let both = "username = \"u\"\npassword_file = \"secret\"";
    let environment = Environment {
        credentials_directory: Some(credentials.path().to_path_buf()),
        smtp_password: Some("hunter-variable".into()),
        ..Environment::default()
    };
    let check = |mail: &str, expected: &str| {
        let (secret, problems) = find(mail, folder.path(), &environment);
        assert_eq!(secret.as_deref(), Some(expected));
        assert!(problems.is_empty(), "{problems:?}");
    };
    check("username = \"u\"", "hunter-variable");
    write(&credentials.path().join("smtp-password"), "hunter-systemd", 0o444);
    check("username = \"u\"", "hunter-systemd");
    write(&folder.path().join("secret"), "hunter file \r\n", 0o600);
    check(both, "hunter file ");
}

#[test]
fn no_account_needs_no_password() {
    let folder = tempfile::tempdir().unwrap();
    let (secret, problems) = find("", folder.path(), &Environment::default());
    assert!(secret.is_none() && problems.is_empty());
}

#[test]
fn what_is_missing_or_open_to_all_is_told_with_its_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let both = "username = \"u\"\npassword_file = \"secret\"";
    let told = |mail: &str| {
        let (secret, problems) = find(mail, folder.path(), &Environment::default());
        let one = problems.into_iter().next().expect("a problem");
        assert_eq!(secret.is_some(), one.level == Level::Warning);
        one.to_string().replace(&folder.path().display().to_string(), "DIR")
    };
    let mut all = vec![told("username = \"u\""), told(both)];
    write(&folder.path().join("secret"), "\n", 0o600);
    all.push(told(both));
    write(&folder.path().join("secret"), "hunter2\n", 0o644);
    all.push(told(both));
    insta::assert_snapshot!("secret", all.join("\n"));
}

/// An old secret in a variable must not stand in for a file that cannot be read.
#[test]
fn a_named_file_that_is_gone_is_an_error_even_with_a_variable() {
    let folder = tempfile::tempdir().unwrap();
    let environment =
        Environment { smtp_password: Some("hunter-old".into()), ..Environment::default() };
    let both = "username = \"u\"\npassword_file = \"secret\"";
    let (secret, problems) = find(both, folder.path(), &environment);
    assert!(secret.is_none());
    assert_eq!(problems.len(), 1);
}

/// A command beside the service finds the secret where the unit says.
#[test]
fn the_services_own_credential_is_found_in_the_unit() {
    let root = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = root.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let found = || {
        let environment = Environment::default().with_credential_of_service(root.path());
        find("username = \"u\"", Path::new("/nowhere"), &environment).0
    };
    let (unit, more) =
        ("usr/lib/systemd/system/watchlistd.service", "etc/systemd/system/watchlistd.service.d");
    assert_eq!(found(), None);
    write(unit, "[Unit]\nLoadCredential=smtp-password:/etc/none\n[Service]\nUser=watchlistd\n");
    assert_eq!(found(), None, "only [Service] counts");
    write("etc/watchlistd/smtp-password", "hunter-unit\n");
    write(
        &format!("{more}/50-mail.conf"),
        "[Service]\nLoadCredential=smtp-password:/etc/watchlistd/smtp-password\n",
    );
    assert_eq!(found().as_deref(), Some("hunter-unit"));
    write(
        &format!("{more}/60-other.conf"),
        "[Service]\nLoadCredential=\nLoadCredential=smtp-password:/etc/watchlistd/other\n",
    );
    let environment = Environment::default().with_credential_of_service(root.path());
    let (secret, problems) = find("username = \"u\"", Path::new("/nowhere"), &environment);
    assert_eq!(secret, None);
    assert!(
        problems[0].what.contains("etc/watchlistd/other, which cannot be read"),
        "{problems:?}"
    );
    assert!(problems[0].hint.as_ref().unwrap().contains("as root"), "{problems:?}");
    write(&format!("{more}/60-other.conf"), "[Service]\nLoadCredential=smtp-password\n");
    write("etc/credstore/smtp-password", "hunter-store");
    assert_eq!(found().as_deref(), Some("hunter-store"));
    // What the running service was given counts most, and what systemd gave this process more.
    write("run/credentials/watchlistd.service/smtp-password", "hunter-running");
    assert_eq!(found().as_deref(), Some("hunter-running"));
    let own = tempfile::tempdir().unwrap();
    fs::write(own.path().join("smtp-password"), "hunter-own").unwrap();
    let environment = Environment {
        credentials_directory: Some(own.path().to_path_buf()),
        ..Environment::default()
    }
    .with_credential_of_service(root.path());
    let (secret, _) = find("username = \"u\"", Path::new("/nowhere"), &environment);
    assert_eq!(secret.as_deref(), Some("hunter-own"));
}
