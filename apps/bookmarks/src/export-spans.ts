import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

// Its settings are environment variables: OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_SAMPLER and others.
new NodeTracerProvider({
  resource: resourceFromAttributes({
    'service.name': 'bookmarks',
    'service.instance.id': String(process.pid),
  }),
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
}).register();
