using MobiZO.Checkpoints;
using MobiZO.Checkpoints.Architecture;

namespace MobiZO.Adapters;

/// <summary>A layout of adapter files on disk. A format is one class in the list of <see cref="AdapterFiles"/>.</summary>
internal interface IAdapterFormat
{
    /// <summary>The name of the format.</summary>
    AdapterFormat Format { get; }

    /// <summary>What the format looks like on disk, for messages.</summary>
    string Description { get; }

    /// <summary>Whether what lies at a path looks like this format; the files may still be damaged.</summary>
    bool CanRead(string path);

    /// <summary>Reads an adapter.</summary>
    /// <param name="path">The folder or file.</param>
    /// <param name="model">The model that it acts on; null when it is not known.</param>
    /// <exception cref="CheckpointException">A file is missing or damaged, the adapter uses something not supported, or the format needs
    /// the model; the message names the key or tensor.</exception>
    LoraAdapter Read(string path, ModelDescription? model);

    /// <summary>Writes an adapter; existing files are replaced, each whole or not at all.</summary>
    /// <param name="adapter">The adapter.</param>
    /// <param name="path">The folder or file.</param>
    /// <param name="model">The model that it acts on; null when it is not known.</param>
    /// <exception cref="IOException">A file could not be written.</exception>
    /// <exception cref="ArgumentException">The adapter has no module, or a module of another rank.</exception>
    /// <exception cref="CheckpointException">The format has no place for the adapter, or needs the model.</exception>
    void Write(LoraAdapter adapter, string path, ModelDescription? model);
}
