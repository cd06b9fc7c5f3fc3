/**
 * Returns whether a string is the address of a server: `http` or `https`, host, port, maybe a path, and neither user, query nor
 * fragment. Hosts are in ASCII (an international name as `xn--…`), addresses of IPv4 have four decimal numbers.
 */
export function isOrigin(text: string): boolean {
  const [, host = '', port = ''] =
    /^https?:\/\/(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?(?:\/[^\s\\?#]*)?$/i.exec(text) ?? [];
  if (Number(port) > 65_535) return false;
  if (host.startsWith('[')) return isIpv6(host.slice(1, -1));
  // What ends in a number is an address, not a name.
  return /(^|\.)(\d+|0x[0-9a-f]*)\.?$/i.test(host) ? isIpv4(host) : /[^.]/.test(host);
}

function isIpv4(host: string): boolean {
  const numbers = host.split('.');
  return numbers.length === 4 && numbers.every((number) => /^(0|[1-9]\d{0,2})$/.test(number) && Number(number) < 256);
}

/** Eight groups of hexadecimal digits; `::` stands for one or more that are zero, an address of IPv4 for the last two. */
function isIpv6(address: string): boolean {
  const last = address.slice(address.lastIndexOf(':') + 1);
  if (last.includes('.')) return isIpv4(last) && isIpv6(`${address.slice(0, -last.length)}0:0`);
  const halves = address.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const groups = halves.flat();
  return (
    groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group)) &&
    (halves.length === 1 ? groups.length === 8 : halves.length === 2 && groups.length < 8)
  );
}
