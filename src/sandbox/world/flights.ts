import type { JsonObject } from '../../text/index.ts';

/** A saved object of Kibana, as its APIs give it. */
export interface SavedObject {
  readonly type: string;
  readonly id: string;
  readonly attributes: JsonObject;
  readonly references: readonly { readonly name: string; readonly type: string; readonly id: string }[];
}

/** The index that the sample visualizations show. */
export const flightIndex = 'kibana_sample_data_flights';

const pattern = { name: 'kibanaSavedObjectMeta.searchSourceJSON.index', type: 'index-pattern', id: 'flights' };

const visualizations = [
  'Destination Weather',
  'Delays & Cancellations',
  'Average Ticket Price',
  'Delay Buckets',
  'Airline Carrier',
  'Delay Type',
].map((title): SavedObject => {
  const id = `flights-${title.toLowerCase().replace(/[^a-z]+/g, '-')}`;
  return {
    type: 'visualization',
    id,
    attributes: { title: `[Flights] ${title}`, visState: '{}' },
    references: [pattern],
  };
});

/** A few of the saved objects that come with Kibana's sample flight data. */
export const flightObjects: readonly SavedObject[] = [
  {
    type: 'index-pattern',
    id: 'flights',
    attributes: { title: flightIndex, timeFieldName: 'timestamp' },
    references: [],
  },
  ...visualizations,
  {
    type: 'dashboard',
    id: 'flights-overview',
    attributes: { title: '[Flights] Global Flight Dashboard', panelsJSON: '[]' },
    references: visualizations.map(({ type, id }, index) => ({ name: `panel_${index}`, type, id })),
  },
];

/** A few flights. */
export const flights: readonly JsonObject[] = Array.from({ length: 12 }, (_, index) => ({
  FlightNum: `SB${1000 + index}`,
  Carrier: ['Kibana Airlines', 'Logstash Airways', 'JetBeats'][index % 3] ?? '',
  DestWeather: ['Sunny', 'Rain', 'Clear', 'Thunder & Lightning'][index % 4] ?? '',
  FlightDelayMin: (index % 5) * 30,
  Cancelled: index % 6 === 0,
}));

/** Returns the document that Kibana keeps of a saved object. */
export function storedObject(
  { type, id, attributes, references }: SavedObject,
  space: string,
  updated: string,
): { readonly id: string; readonly source: JsonObject } {
  const isDefault = space === 'default';
  return {
    id: `${isDefault ? '' : `${space}:`}${type}:${id}`,
    source: {
      type,
      [type]: attributes,
      references: references.map((reference) => ({ ...reference })),
      ...(isDefault ? {} : { namespace: space }),
      updated_at: updated,
    },
  };
}
