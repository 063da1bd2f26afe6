import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.net.address import Zone, zone

FORBIDDEN = """
0.0.0.0 0.1.2.3 169.254.169.254 192.0.0.192 192.0.0.1 192.0.2.7 192.88.99.1 198.18.0.1 198.19.255.255
198.51.100.9 203.0.113.5 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255
:: ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::127.0.0.1 64:ff9b::7f00:1 64:ff9b::808:808 64:ff9b:1::a00:1 2001::1 2001:0:53aa::1
2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1:: 2002:a00:1::1 3fff::1 fe80::1 fe80::1%eth0 fec0::1 ff02::1 ff0e::1
100::1 5f00::1 4000::1 localhost 127.1 0x7f.0.0.1 2130706433
"""
PRIVATE = """
10.0.0.1 10.255.255.255 100.64.0.1 127.0.0.1 127.8.8.8 172.16.0.1
172.31.255.255 192.168.1.1 ::1 fc00::1 fdff::1
"""
PUBLIC = """
1.1.1.1 8.8.8.8 9.255.255.255 172.15.0.1 172.32.0.1 100.63.0.1
100.128.0.1 2606:4700::1 2a00:1450::5 2400:cb00::1
"""


@pytest.mark.parametrize("address", FORBIDDEN.split())
def test_address_that_serves_nobody_is_forbidden(address: str) -> None:
    assert zone(address) is Zone.FORBIDDEN


@pytest.mark.parametrize("address", PRIVATE.split())
def test_address_of_a_companys_network_is_private(address: str) -> None:
    assert zone(address) is Zone.PRIVATE


@pytest.mark.parametrize("address", PUBLIC.split())
def test_address_on_the_internet_is_public(address: str) -> None:
    assert zone(address) is Zone.PUBLIC


@given(st.ip_addresses())
def test_what_the_standard_library_calls_not_global_is_never_public(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    assert address.is_global or zone(str(address)) is not Zone.PUBLIC
