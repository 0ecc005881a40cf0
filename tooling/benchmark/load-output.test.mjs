import { describe, expect, it } from 'vitest';

import { parseH2load, parseWrk } from './load-output.mjs';

const WRK = `Running 1s test @ http://127.0.0.1:33017/json
  1 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     4.83ms   15.33ms 142.77ms   95.61%
    Req/Sec    42.45k    24.72k   83.58k    60.00%
  42267 requests in 1.00s, 7.34MB read
Requests/sec:  42157.98
Transfer/sec:      7.32MB
`;

const H2LOAD = `starting benchmark...
spawning thread #0: 8 total client(s). Timing-based test with 0s of warm-up time and 1s of main duration for measurements.
TLS Protocol: TLSv1.3
Application protocol: h2

finished in 1.00s, 40384.00 req/s, 2.04MB/s
requests: 40384 total, 40640 started, 40384 done, 40384 succeeded, 0 failed, 0 errored, 0 timeout
status codes: 40384 2xx, 0 3xx, 0 4xx, 0 5xx
traffic: 2.04MB (2140960) total, 315.95KB (323536) headers (space savings 90.79%), 1.04MB (1090368) data
`;

describe('parseWrk', () => {
  it('reads how many requests were answered', () => {
    expect(parseWrk(WRK)).toEqual({ requests: 42_267, perSecond: 42_157.98, errors: [] });
  });

  it('reads errors of both kinds', () => {
    const errors = '  Socket errors: connect 0, read 3, write 0, timeout 1\n  Non-2xx or 3xx responses: 17\n';
    expect(parseWrk(WRK.replace('Requests/sec', `${errors}Requests/sec`)).errors).toEqual([
      'socket errors: connect 0, read 3, write 0, timeout 1',
      '17 answers with another status than 2xx or 3xx',
    ]);
  });

  it('treats a run without answers as an error', () => {
    expect(parseWrk(WRK.replace('42267', '0')).errors).toEqual(['no request was answered']);
  });

  it('refuses text that is not output of wrk', () => {
    expect(() => parseWrk('unable to connect')).toThrow(/unable to connect/);
  });
});

describe('parseH2load', () => {
  it('reads how many requests were answered', () => {
    expect(parseH2load(H2LOAD)).toEqual({ requests: 40_384, perSecond: 40_384, errors: [] });
  });

  it('reads failures and statuses', () => {
    const text = H2LOAD.replace('0 failed, 0 errored, 0 timeout', '5 failed, 2 errored, 1 timeout').replace(
      '0 3xx, 0 4xx, 0 5xx',
      '0 3xx, 4 4xx, 6 5xx',
    );
    expect(parseH2load(text).errors).toEqual([
      '5 requests failed',
      '2 requests errored',
      '1 requests timeout',
      '4 answers with status 4xx',
      '6 answers with status 5xx',
    ]);
  });

  it('notices another protocol', () => {
    const text = H2LOAD.replace('protocol: h2', 'protocol: http/1.1');
    expect(parseH2load(text).errors).toEqual(['the protocol was http/1.1, not h2']);
  });

  it('treats a run without answers as an error, since h2load does not report refused connections', () => {
    const text = H2LOAD.replaceAll('40384', '0').replace('Application protocol: h2\n', '');
    expect(parseH2load(text).errors).toEqual(['no request was answered']);
  });
});
