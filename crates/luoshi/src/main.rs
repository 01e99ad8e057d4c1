//! Luoshi (落实): the binary.

fn main() -> std::process::ExitCode {
    luoshi::main()
}
