//! The org as its callers see it, asked in process and over a socket.

#![expect(clippy::unwrap_used, reason = "what a test helper cannot do fails the test")]

mod access;
mod access_dpop;
mod apps;
mod bearer;
mod certificates;
mod client_roles;
mod clients;
mod contract;
mod credentials;
mod faults;
mod fixtures;
mod grants;
mod groups;
mod lists;
mod logs;
mod logs_lists;
mod logs_servers;
mod other_apps;
mod other_apps_catalogue;
mod other_apps_recorded;
mod peers;
mod portal;
mod portal_client_types;
mod portal_products;
mod portal_providers;
mod portal_switches;
mod recorded;
mod servers;
mod servers_encryption;
mod servers_keys;
mod servers_parts;
mod servers_policies;
mod store;
mod support;
mod token_clients;
mod token_dpop;
mod token_errors;
mod token_introspection;
mod token_support;
mod token_use;
mod tokens;
mod watch;
mod wire;
mod wire_clients;
