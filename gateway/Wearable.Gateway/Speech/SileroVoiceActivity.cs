using Microsoft.ML.OnnxRuntime;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace Wearable.Gateway.Speech;

/// <summary>Silero VAD v5: windows of 512 samples (32 ms), each seen together with the last 64 samples before it, and a
/// recurrent state per stream.</summary>
public sealed class SileroVoiceActivity : IVoiceActivity, IDisposable
{
    private const int WindowLength = 512, ContextLength = 64, StateLength = 2 * 1 * 128;

    private readonly InferenceSession _session;

    /// <param name="modelPath">The verified <c>silero-vad</c> file.</param>
    public SileroVoiceActivity(string modelPath)
    {
        using var options = new SessionOptions
        {
            IntraOpNumThreads = 1, // 0.25 ms of work: a second thread costs more than it brings.
            InterOpNumThreads = 1,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        _session = new InferenceSession(modelPath, options);
        using IVoiceActivityStream warm = Open();
        warm.Score(new short[WindowLength]);
    }

    public IVoiceActivityStream Open() => new SileroStream(_session);

    public void Dispose() => _session.Dispose();

    private sealed class SileroStream : IVoiceActivityStream
    {
        private readonly InferenceSession _session;
        private readonly RunOptions _run = new();
        private readonly float[] _input = new float[ContextLength + WindowLength];
        private readonly float[] _score = new float[1];
        private readonly float[] _state = new float[StateLength], _nextState = new float[StateLength];

        // The model reads and writes the arrays above where they are, so that a window makes no garbage.
        private readonly OrtIoBinding _binding;
        private readonly OrtValue[] _bound;

        public SileroStream(InferenceSession session)
        {
            _session = session;
            _binding = session.CreateIoBinding();
            _bound =
            [
                Bind(_binding.BindInput, "input", OrtValue.CreateTensorValueFromMemory(_input, [1, _input.Length])),
                Bind(_binding.BindInput, "state", OrtValue.CreateTensorValueFromMemory(_state, [2, 1, 128])),
                Bind(_binding.BindInput, "sr", OrtValue.CreateTensorValueFromMemory(new long[] { SpeechFormat.SampleRateHz }, [])),
                Bind(_binding.BindOutput, "output", OrtValue.CreateTensorValueFromMemory(_score, [1, 1])),
                Bind(_binding.BindOutput, "stateN", OrtValue.CreateTensorValueFromMemory(_nextState, [2, 1, 128])),
            ];
        }

        public int WindowSamples => WindowLength;

        public float Score(ReadOnlySpan<short> window)
        {
            if (window.Length != WindowLength)
            {
                throw new ArgumentException($"voice activity window: {WindowLength} samples expected, got {window.Length}", nameof(window));
            }

            Array.Copy(_input, WindowLength, _input, 0, ContextLength);
            for (int i = 0; i < window.Length; i++)
            {
                _input[ContextLength + i] = window[i] / 32768f;
            }

            _session.RunWithBinding(_run, _binding);
            Array.Copy(_nextState, _state, StateLength);
            return _score[0];
        }

        public void Reset()
        {
            Array.Clear(_input);
            Array.Clear(_state);
        }

        public void Dispose()
        {
            _binding.Dispose();
            foreach (OrtValue value in _bound)
            {
                value.Dispose();
            }

            _run.Dispose();
        }

        private static OrtValue Bind(Action<string, OrtValue> bind, string name, OrtValue value)
        {
            bind(name, value);
            return value;
        }
    }
}
