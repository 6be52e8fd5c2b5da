//! What the list of switches becomes: an enum for each, a struct that holds the choices, and the table of them all.

macro_rules! switches {
    ($( $field:ident: $kind:ident, $name:literal, $about:literal,
        { $default:ident = $default_text:literal $(, $value:ident = $text:literal )+ } )+) => {
        $(
            #[doc = $about]
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
            pub enum $kind {
                #[doc = concat!("`", $default_text, "`")] #[default] $default,
                $( #[doc = concat!("`", $text, "`")] $value, )+
            }

            impl $kind {
                const VALUES: &'static [&'static str] = &[$default_text $(, $text)+];
                const CHOICES: &'static [Self] = &[Self::$default $(, Self::$value)+];
            }
        )+

        /// The choices of one org.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct Switches {
            $( $field: $kind, )+
        }

        impl Switches {
            $(
                #[doc = $about]
                pub fn $field(&self) -> $kind {
                    self.$field
                }
            )+

            /// Sets a switch by the names of [`TABLE`].
            pub fn set(&mut self, name: &str, value: &str) -> Result<(), crate::error::Error> {
                match name {
                    $(
                        $name => {
                            let place = $kind::VALUES.iter().position(|known| *known == value);
                            let place = place.ok_or_else(|| super::unknown_value(name, value, $kind::VALUES))?;
                            self.$field = $kind::CHOICES[place];
                            Ok(())
                        }
                    )+
                    _ => Err(super::unknown_name(name, value)),
                }
            }
        }

        /// All switches.
        pub const TABLE: &[super::Switch] = &[
            $( super::Switch { name: $name, values: $kind::VALUES, about: $about }, )+
        ];
    };
}
