import { describe, expect, it } from 'vitest';
import { described } from '../../src/kinds/elasticsearch/catalogue/described.ts';

describe('what is said of a call', () => {
  it('is its line of documentation, its versions, its effect, what it needs and takes', async () => {
    const health = await described('GET', '/_cluster/health/logs');
    expect(health).toMatchObject({
      call: 'GET /_cluster/health/{index}',
      summary: 'Get the cluster health status.',
      versions: ['7.10', '8.5', '8.19', '9.5'],
      reads: true,
      needs: 'cluster monitor',
    });
    expect(health?.query).toContain('wait_for_status');
    expect(health).not.toHaveProperty('body');
    expect(await described('POST', '/_reindex')).toMatchObject({
      reads: false,
      body: expect.arrayContaining(['source', 'dest']),
    });
  });

  it('has why it is deprecated, and that everybody may call it', async () => {
    expect(await described('PUT', '/_template/a')).toMatchObject({
      deprecated: expect.stringMatching(/^7\.8\.0 Legacy/),
    });
    expect(await described('GET', '/_security/_authenticate')).toMatchObject({ needs: '' });
    expect(await described('POST', '/_reindex')).not.toHaveProperty('needs');
  });

  it('is nothing where no version has it', async () => {
    expect(await described('GET', '/_reidnex')).toBeUndefined();
  });
});
