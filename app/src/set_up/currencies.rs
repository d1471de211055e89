//! The currencies to choose from.

/// ISO 4217 codes of currencies in use: first those that most will look for.
pub(super) const CURRENCIES: [&str; 153] = [
    "EUR", "USD", "GBP", "CHF", "PLN", "RUB", "INR", "CNY", "JPY", "AUD", "CAD", "CZK", "DKK",
    "HUF", "KZT", "NOK", "RON", "SEK", "TRY", "UAH", "AED", "BRL", "HKD", "IDR", "ILS", "KRW",
    "MXN", "NZD", "SAR", "SGD", "THB", "ZAR", "AFN", "ALL", "AMD", "AOA", "ARS", "AWG", "AZN",
    "BAM", "BBD", "BDT", "BHD", "BIF", "BMD", "BND", "BOB", "BSD", "BTN", "BWP", "BYN", "BZD",
    "CDF", "CLP", "COP", "CRC", "CUP", "CVE", "DJF", "DOP", "DZD", "EGP", "ERN", "ETB", "FJD",
    "FKP", "GEL", "GHS", "GIP", "GMD", "GNF", "GTQ", "GYD", "HNL", "HTG", "IQD", "IRR", "ISK",
    "JMD", "JOD", "KES", "KGS", "KHR", "KMF", "KPW", "KWD", "KYD", "LAK", "LBP", "LKR", "LRD",
    "LSL", "LYD", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR", "MVR", "MWK",
    "MYR", "MZN", "NAD", "NGN", "NIO", "NPR", "OMR", "PAB", "PEN", "PGK", "PHP", "PKR", "PYG",
    "QAR", "RSD", "RWF", "SBD", "SCR", "SDG", "SHP", "SLE", "SOS", "SRD", "SSP", "STN", "SVC",
    "SYP", "SZL", "TJS", "TMT", "TND", "TOP", "TTD", "TWD", "TZS", "UGX", "UYU", "UZS", "VES",
    "VND", "VUV", "WST", "XAF", "XCD", "XOF", "XPF", "YER", "ZMW", "ZWG",
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::money::Currency;

    use super::*;

    #[test]
    fn every_code_can_be_read_and_none_comes_twice() {
        for code in CURRENCIES {
            assert!(Currency::parse(code).is_ok(), "{code}");
        }
        assert_eq!(
            CURRENCIES.iter().collect::<BTreeSet<_>>().len(),
            CURRENCIES.len()
        );
    }
}
