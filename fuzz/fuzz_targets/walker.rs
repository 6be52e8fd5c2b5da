#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| idpctl_fuzz::walker(data));
